import type { FileHandle } from 'node:fs/promises';
import type { Request, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import { HttpError } from '../http/http-error.ts';
import { type ResponsePlan, planGet, planHead } from '../http/response-plan.ts';
import { parseStart } from '../http/start.ts';
import type { Library } from '../library/library.ts';
import type { Track } from '../library/track.ts';
import { Listening } from '../streaming/listening.ts';
import { piecesOf } from '../streaming/pieces.ts';
import {
  fromSegment,
  type Representation,
  segmentAtSecond,
  wholeFile,
} from '../streaming/representation.ts';
import { ListenerLeftError, ResponseSink } from '../streaming/response-sink.ts';
import { sendPieces } from '../streaming/send-pieces.ts';
import type { StreamLimits } from '../streaming/stream-limits.ts';
import { findTrack } from './find-track.ts';

export interface StreamContext {
  readonly library: Library;
  readonly limits: StreamLimits;
  readonly log: Logger;
  /** Aborted when the server stops: no stream begins after that. */
  readonly stopping: AbortSignal;
}

/** `HEAD /stream/:filename`: what a GET for all of it would say. Never a play. */
export function headStream({ library }: StreamContext): RequestHandler {
  return (request, response) => {
    const { size } = representationOf(findTrack(library, request), request);
    response.set(headersOf(planHead(size))).end();
  };
}

/** `GET /stream/:filename`: the track as it is now, or the range of it that is asked for. */
export function getStream(context: StreamContext): RequestHandler {
  return async (request, response) => {
    const track = findTrack(context.library, request);
    const representation = representationOf(track, request);
    const plan = planGet(request.headers, representation.size);
    if (plan.range === undefined) throw unsatisfiable(plan);
    if (context.stopping.aborted) throw new HttpError(503, 'The server is stopping. Try again.');
    const address = request.ip ?? 'unknown';
    const leave = context.limits.enter(address, track.filename);
    try {
      const file = await openAudio(track, context.log);
      try {
        const listening = new Listening(track.plays, () =>
          context.limits.countListening(address, track.filename),
        );
        response.status(plan.status).set(headersOf(plan.headers));
        const pieces = piecesOf(representation, track.segments, plan.range);
        await stream(track, file, pieces, response, listening, context);
      } finally {
        await file.close();
      }
    } finally {
      leave();
    }
  };
}

async function stream(
  track: Track,
  file: FileHandle,
  pieces: ReturnType<typeof piecesOf>,
  response: Response,
  listening: Listening,
  { log, stopping }: StreamContext,
): Promise<void> {
  const ended = (reason: string) =>
    log.info(
      { track: track.filename, segments: listening.segments, reason },
      `listening ended: ${track.filename}, ${listening.segments} segments heard, ${reason}`,
    );
  try {
    await sendPieces(pieces, track.audio, file, new ResponseSink(response), (segment) =>
      listening.count(segment),
    );
    response.end();
    ended('all was sent');
  } catch (error) {
    // The status is out: only a broken connection can tell the listener that something is missing.
    response.destroy();
    if (error instanceof ListenerLeftError) {
      ended(stopping.aborted ? 'the server stopped' : 'the listener left');
    } else {
      log.error({ err: error, track: track.filename }, 'a track can no longer be read');
      ended('the file could not be read');
    }
  }
}

function representationOf(track: Track, request: Request): Representation {
  const second = parseStart(request.query.start);
  if (second === undefined || second === 0) return wholeFile(track.layout);
  const segment = segmentAtSecond(second, track.layout, track.segments);
  if (segment === undefined) {
    throw new HttpError(416, `The track ends at ${track.duration} s: start before that.`);
  }
  return fromSegment(track.layout, track.segments, segment);
}

async function openAudio(track: Track, log: Logger): Promise<FileHandle> {
  try {
    return await track.audio.open('read');
  } catch (error) {
    log.error({ err: error, track: track.filename }, 'a track can not be opened');
    throw new HttpError(500, 'The track can not be read at the moment. Tell whoever runs this.');
  }
}

function unsatisfiable({ status, headers }: ResponsePlan): HttpError {
  return new HttpError(
    status,
    'The range begins behind the end: Content-Range says how long the track is.',
    headersOf(headers),
  );
}

function headersOf(headers: ResponsePlan['headers']): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}
