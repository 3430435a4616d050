import { HttpError } from './http-error.ts';

/**
 * Reads `?start=`, a second of the track; undefined where there is none.
 * @throws HttpError 400 unless it is given once, as a plain decimal number from 0 on
 */
export function parseStart(start: unknown): number | undefined {
  if (start === undefined) return undefined;
  if (typeof start !== 'string' || !/^(\d+\.?\d*|\.\d+)$/.test(start)) {
    throw new HttpError(400, 'start must be a number of seconds, like 12.5, given once.');
  }
  return Number(start);
}
