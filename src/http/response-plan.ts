import type { IncomingHttpHeaders } from 'node:http';
import { type ByteRange, contentRange, parseRange, resolveRange } from './range.ts';

/** How a request for a representation is answered. */
export interface ResponsePlan {
  readonly status: 200 | 206 | 416;
  readonly headers: Readonly<Record<string, string | number>>;
  /** The bytes to send; none for a 416. */
  readonly range: ByteRange | undefined;
}

// The bytes change with every play: what a cache kept would be heard without wearing the work.
const COMMON_HEADERS = {
  'Content-Type': 'audio/wav',
  'Accept-Ranges': 'bytes',
  'Cache-Control': 'no-store, no-transform',
};

/** Whether a request comes from a media element (Fetch Metadata, W3C) or acts like one. */
export function isPlayer(headers: IncomingHttpHeaders): boolean {
  const destination = headers['sec-fetch-dest'];
  return headers.range !== undefined || destination === 'audio' || destination === 'video';
}

/**
 * Decides status, headers and bytes of the answer to a GET (RFC 9110, 14 and 15). Without a
 * `Content-Length` the answer is chunked.
 * @param size bytes of the representation, more than 0
 */
export function planGet(headers: IncomingHttpHeaders, size: number): ResponsePlan {
  // There are no validators, so no If-Range can match (13.1.5): the range is ignored.
  const spec = headers['if-range'] === undefined ? parseRange(headers.range) : undefined;
  if (spec === undefined) {
    const length = isPlayer(headers) ? { 'Content-Length': size } : {};
    return {
      status: 200,
      headers: { ...COMMON_HEADERS, ...length },
      range: { first: 0, last: size - 1 },
    };
  }
  const range = resolveRange(spec, size);
  if (range === 'unsatisfiable') {
    const unsatisfied = { 'Accept-Ranges': 'bytes', 'Content-Range': `bytes */${size}` };
    return { status: 416, headers: unsatisfied, range: undefined };
  }
  return {
    status: 206,
    headers: {
      ...COMMON_HEADERS,
      'Content-Length': range.last - range.first + 1,
      'Content-Range': contentRange(range, size),
    },
    range,
  };
}

/** The headers of a HEAD, to which ranges don't apply (RFC 9110, 14.2). */
export function planHead(size: number): Readonly<Record<string, string | number>> {
  return { ...COMMON_HEADERS, 'Content-Length': size };
}
