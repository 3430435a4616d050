import type { Request, RequestHandler } from 'express';
import type { Logger } from 'pino';
import { HttpError } from '../http/http-error.ts';
import { isPlayer, planGet, planHead, type ResponsePlan } from '../http/response-plan.ts';
import { parseStart } from '../http/start.ts';
import type { Library } from '../library/library.ts';
import type { Track } from '../library/track.ts';
import type { OpenFile } from '../play/audio-file.ts';
import {
  fromSegment,
  type Representation,
  segmentAtSecond,
  wholeFile,
} from '../streaming/representation.ts';
import type { StreamLimits } from '../streaming/stream-limits.ts';
import type { Streams } from '../streaming/streams.ts';
import { findTrack } from './find-track.ts';

export interface StreamContext {
  readonly library: Library;
  readonly streams: Streams;
  readonly limits: StreamLimits;
  readonly log: Logger;
}

/** `HEAD /stream/:filename`: what a GET for all of it would say. Never a play. */
export function headStream({ library }: StreamContext): RequestHandler {
  return (request, response) => {
    const { size } = representationOf(findTrack(library, request), request);
    response.set(headersOf(planHead(size))).end();
  };
}

/** `GET /stream/:filename`: the track as it is now, or the range of it that is asked for. */
export function getStream({ library, streams, limits, log }: StreamContext): RequestHandler {
  return async (request, response) => {
    const track = findTrack(library, request);
    const representation = representationOf(track, request);
    const { status, headers, range } = planGet(request.headers, representation.size);
    if (range === undefined) throw unsatisfiable(headers);
    if (streams.isStopping) throw new HttpError(503, 'The server is stopping. Try again.');
    const address = request.ip ?? 'unknown';
    const leave = limits.enter(address);
    try {
      const file = await openAudio(track, log);
      try {
        const userAgent = request.get('user-agent') ?? '';
        const send = streams.open(
          {
            track,
            representation,
            range,
            isPlayer: isPlayer(request.headers),
            address,
            userAgent,
          },
          response,
        );
        response.status(status).set(headersOf(headers));
        await send(file.handle);
      } finally {
        await file.close();
      }
    } finally {
      leave();
    }
  };
}

function representationOf(track: Track, request: Request): Representation {
  const second = parseStart(request.query.start);
  if (second === undefined) return wholeFile(track.layout);
  const segment = segmentAtSecond(second, track.layout, track.segments);
  if (segment === undefined) {
    throw new HttpError(416, `The track ends at ${track.duration} s: start before that.`);
  }
  return fromSegment(track.layout, track.segments, segment);
}

async function openAudio(track: Track, log: Logger): Promise<OpenFile> {
  try {
    return await track.audio.file.open();
  } catch (error) {
    log.error({ err: error, track: track.filename }, 'a track can not be opened');
    throw new HttpError(500, 'The track can not be read at the moment. Tell whoever runs this.');
  }
}

function unsatisfiable(headers: ResponsePlan['headers']): HttpError {
  return new HttpError(
    416,
    'The range begins behind the end: Content-Range says how long the track is.',
    headersOf(headers),
  );
}

function headersOf(headers: ResponsePlan['headers']): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}
