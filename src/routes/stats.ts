import type { RequestHandler } from 'express';
import type { Library } from '../library/library.ts';
import { trackStats } from '../library/track.ts';
import { findTrack } from './find-track.ts';

/**
 * `GET /stats/:filename`: what the file holds. Plays that are on their way into it get there
 * first, so that whoever asks after a listening sees it.
 */
export function getStats(library: Library): RequestHandler {
  return async (request, response) => {
    const track = findTrack(library, request);
    await track.plays.flush();
    response.set('Cache-Control', 'no-store').json(trackStats(track));
  };
}
