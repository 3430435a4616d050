import type { RequestHandler } from 'express';
import type { Library } from '../library/library.ts';
import { trackSummary } from '../library/track.ts';

/** `GET /tracks`: all tracks, sorted by file name, as their files are at this moment. */
export function getTracks(library: Library): RequestHandler {
  return async (_request, response) => {
    const { tracks } = library;
    await Promise.all(tracks.map((track) => track.plays.flush()));
    response.set('Cache-Control', 'no-store').json(tracks.map(trackSummary));
  };
}
