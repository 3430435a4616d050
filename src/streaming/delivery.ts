import type { Listening } from '../listening/listening.ts';
import type { PlayerResponse } from '../listening/player-response.ts';
import type { Ticker } from '../listening/ticker.ts';
import type { FilePiece, Piece } from './pieces.ts';
import type { ResponseSink } from './response-sink.ts';

/** A stream that may not go on, since there is no right to the listening that it turned out to be. */
export class NotAdmittedError extends Error {
  override readonly name = 'NotAdmittedError';
}

/** When pieces may go out, and what it means that they have. */
export interface Delivery {
  /**
   * Waits until a piece may be sent or the listener is gone; undefined if it may be right now.
   * @throws NotAdmittedError
   */
  due(piece: Piece): Promise<void> | undefined;
  /** The second at which a piece should have been read. */
  neededAt(piece: FilePiece): number;
  /** The connection has taken a piece. */
  delivered(piece: Piece): void;
}

// A player with less than this in memory goes first.
const DOWNLOAD_PATIENCE_S = 5;

/** At full speed: what was delivered was heard. */
export function unpacedDelivery(listening: Listening): Delivery {
  return {
    due: () => undefined,
    neededAt: () => seconds() + DOWNLOAD_PATIENCE_S,
    delivered: (piece) => {
      if (piece.kind === 'made-up') return;
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
    due: async ({ end }) => {
      await ticker.until(
        () => sink.isClosed || response.isRefused || response.maySend(end, seconds()),
      );
      if (response.isRefused) throw new NotAdmittedError();
    },
    neededAt: ({ offset }) => response.neededAt(offset, seconds()),
    delivered: ({ end }) => response.delivered(end, seconds()),
  };
}

/** The clock of all listenings: it never goes back, whatever is done to the time of day. */
export function seconds(): number {
  return performance.now() / 1000;
}
