import type { Listening } from '../listening/listening.ts';
import type { PlayerResponse } from '../listening/player-response.ts';
import type { Ticker } from '../listening/ticker.ts';
import type { Piece } from './pieces.ts';
import type { ResponseSink } from './response-sink.ts';

/** When pieces may go out, and what it means that they have. */
export interface Delivery {
  /** Waits until a piece may be sent or the listener is gone; undefined if it may be right now. */
  due(piece: Piece): Promise<void> | undefined;
  /** The connection has taken a piece. */
  delivered(piece: Piece): void;
  /** What to read a piece into; it must not be in use when the next but one is read. */
  bufferFor?(piece: Piece): Buffer;
}

/**
 * At full speed: what was delivered was heard.
 * @param maxBytes length of the longest piece of audio
 */
export function unpacedDelivery(listening: Listening, maxBytes: number): Delivery {
  // Two buffers take turns: new ones for each piece kept the garbage collector busy.
  let [spare, used]: (Buffer | undefined)[] = [];
  return {
    bufferFor: () => {
      [spare, used] = [used, spare ?? Buffer.allocUnsafeSlow(maxBytes)];
      return used;
    },
    due: () => undefined,
    delivered: (piece) => {
      if (piece.kind !== 'audio') return;
      for (const segment of piece.ended) listening.count(segment);
    },
  };
}

/** A little faster than it is heard; the response's clock says what was. */
export function pacedDelivery(
  response: PlayerResponse,
  sink: ResponseSink,
  ticker: Ticker,
): Delivery {
  return {
    due: ({ end }) => ticker.until(() => sink.isClosed || response.maySend(end, seconds())),
    delivered: ({ end }) => response.delivered(end, seconds()),
  };
}

/** The clock of all listenings: it never goes back, whatever is done to the time of day. */
export function seconds(): number {
  return performance.now() / 1000;
}
