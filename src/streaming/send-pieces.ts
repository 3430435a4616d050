import type { Delivery } from './delivery.ts';
import type { FilePiece, Piece } from './pieces.ts';
import type { PieceBytes } from './piece-reader.ts';
import type { ResponseSink } from './response-sink.ts';

/**
 * Sends pieces one after the other. Each is read when it is due and the connection has taken the one
 * before it, so that a listener costs one piece of memory, however slow.
 * @throws ListenerLeftError, or what `delivery` and `read` throw
 */
export async function sendPieces(
  pieces: Iterable<Piece>,
  read: (piece: FilePiece) => Promise<PieceBytes>,
  sink: ResponseSink,
  delivery: Delivery,
): Promise<void> {
  for (const piece of pieces) {
    await delivery.due(piece);
    if (piece.kind === 'made-up') {
      await sink.write(piece.bytes);
    } else {
      const { bytes, giveBack } = await read(piece);
      await sink.write(bytes);
      // Not if that failed: who knows whether the connection still looks at them.
      giveBack();
    }
    delivery.delivered(piece);
  }
}
