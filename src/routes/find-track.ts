import type { Request } from 'express';
import { HttpError } from '../http/http-error.ts';
import type { Library } from '../library/library.ts';
import type { Track } from '../library/track.ts';

/**
 * The track that a request's `:filename` names.
 * @throws HttpError 404; names are only ever looked up, never joined onto a path
 */
export function findTrack(library: Library, request: Request): Track {
  const track = library.get(String(request.params.filename));
  if (track === undefined) {
    throw new HttpError(404, 'There is no such track. GET /tracks lists those there are.');
  }
  return track;
}
