import type { FileHandle } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import type { ByteRange } from '../http/range.ts';
import type { Track } from '../library/track.ts';
import type { Pace } from '../listening/leg.ts';
import { Listeners } from '../listening/listeners.ts';
import { Listening } from '../listening/listening.ts';
import { Ticker } from '../listening/ticker.ts';
import { timelineOf } from '../listening/timeline.ts';
import {
  type Delivery,
  NotAdmittedError,
  pacedDelivery,
  seconds,
  unpacedDelivery,
} from './delivery.ts';
import { PieceReader } from './piece-reader.ts';
import { type Cut, type FilePiece, piecesOf } from './pieces.ts';
import { playerCut } from './player-cut.ts';
import { fileOffsetAt, type Representation } from './representation.ts';
import { ListenerLeftError, ResponseSink } from './response-sink.ts';
import { sendPieces } from './send-pieces.ts';
import type { StreamLimits } from './stream-limits.ts';

/** A request for the bytes of a track. */
export interface StreamRequest {
  readonly track: Track;
  readonly representation: Representation;
  readonly range: ByteRange;
  readonly isPlayer: boolean;
  readonly address: string;
  readonly userAgent: string;
}

export interface StreamsContext {
  readonly pace: Pace;
  readonly limits: StreamLimits;
  readonly log: Logger;
}

/** All streams that are going out, and the listenings that they are part of. */
export class Streams {
  readonly #context: StreamsContext;
  readonly #listeners: Listeners;
  readonly #ticker: Ticker;
  readonly #reader = new PieceReader();
  readonly #active = new Set<Promise<void>>();
  #isStopping = false;

  constructor(context: StreamsContext) {
    this.#context = context;
    this.#listeners = new Listeners(context.pace, (listening) => this.#logEnd(listening));
    this.#ticker = new Ticker(() => this.#listeners.tick(seconds()));
  }

  /** Whether no stream may begin any more. */
  get isStopping(): boolean {
    return this.#isStopping;
  }

  /**
   * Makes a request part of a listening.
   * @returns what sends the bytes, once the headers are set. It never rejects: a failure breaks the
   *   connection, which is all that can tell the listener after the status is out
   * @throws HttpError if the address may not begin another listening
   */
  open(request: StreamRequest, response: ServerResponse): (file: FileHandle) => Promise<void> {
    const sink = new ResponseSink(response);
    const isPaced = request.isPlayer && this.#context.pace.rate > 0;
    const stream = isPaced ? this.#paced(request, response, sink) : this.#unpaced(request);
    return (file) => {
      const sending = this.#send(request, file, response, sink, stream);
      this.#active.add(sending);
      return sending.finally(() => this.#active.delete(sending));
    };
  }

  /** Resolves when the streams are gone, whose connections must be closed, and all was counted. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await Promise.all(this.#active);
    this.#ticker.stop();
    this.#listeners.end(seconds());
  }

  #unpaced({ track, address }: StreamRequest): Stream {
    const right = this.#context.limits.admit(address, track.filename);
    const listening = new Listening(track, right);
    const ended = (ending: string) => {
      right.release();
      listening.ending = ending;
      this.#logEnd(listening);
    };
    return { delivery: unpacedDelivery(listening), cut: () => Number.POSITIVE_INFINITY, ended };
  }

  #paced(request: StreamRequest, response: ServerResponse, sink: ResponseSink): Stream {
    const { track, representation, range, address, userAgent } = request;
    // Another work under the same name has another beginning: nobody goes on with it.
    const listener = JSON.stringify([address, userAgent, track.filename, track.createdAt]);
    const { layout, segments } = track;
    const firstOffset = fileOffsetAt(representation, range.first);
    const player = this.#listeners.open(
      {
        listener,
        timeline: timelineOf(layout, segments),
        firstOffset,
        isFromStart: range.first === 0,
        newListening: (isCertain) => this.#newListening(request, isCertain),
      },
      seconds(),
    );
    const close = () => {
      player.close(seconds());
      const { listening } = player.leg;
      if (!this.#listeners.isOpen({ listener }, listening)) listening.right?.release();
    };
    response.once('close', close);
    try {
      player.leg.listening.right?.renew();
    } catch (error) {
      close();
      throw error;
    }
    return {
      delivery: pacedDelivery(player, sink, this.#ticker),
      cut: playerCut(
        layout.format,
        segments,
        firstOffset,
        this.#context.pace.leadSeconds,
        (offset) => player.maySend(offset, seconds()),
      ),
      ended: (ending) => {
        close();
        player.leg.listening.ending = ending;
      },
    };
  }

  /** @param isCertain whether it is a listening, and not a seek whose old response is still open */
  #newListening({ track, address }: StreamRequest, isCertain: boolean): Listening {
    try {
      return new Listening(track, this.#context.limits.admit(address, track.filename));
    } catch (error) {
      if (isCertain) throw error;
      return new Listening(track, undefined);
    }
  }

  async #send(
    { track, representation, range }: StreamRequest,
    file: FileHandle,
    response: ServerResponse,
    sink: ResponseSink,
    { delivery, cut, ended }: Stream,
  ): Promise<void> {
    try {
      const pieces = piecesOf(representation, track.segments, range, cut);
      const read = (piece: FilePiece) =>
        this.#reader.read(piece, track.audio, file, delivery.neededAt(piece));
      await sendPieces(pieces, read, sink, delivery);
      response.end();
      ended('all was sent');
    } catch (error) {
      response.destroy();
      if (error instanceof NotAdmittedError) {
        ended('its share is used up');
      } else if (error instanceof ListenerLeftError) {
        ended(this.#isStopping ? 'the server stopped' : 'the listener left');
      } else {
        this.#context.log.error({ err: error, track: track.filename }, 'reading a track failed');
        ended('the file could not be read');
      }
    }
  }

  #logEnd({ filename, segments, ending }: Listening): void {
    this.#context.log.info(
      { track: filename, segments, ending },
      `listening ended: ${filename}, ${segments} segments heard, ${ending}`,
    );
  }
}

/** How one response goes out. */
interface Stream {
  readonly delivery: Delivery;
  readonly cut: Cut;
  readonly ended: (ending: string) => void;
}
