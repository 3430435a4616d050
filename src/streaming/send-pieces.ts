import type { FileHandle } from 'node:fs/promises';
import { LockTimeoutError } from '../keyed-mutex.ts';
import type { TrackAudio } from '../play/track-audio.ts';
import type { Delivery } from './delivery.ts';
import type { Piece } from './pieces.ts';
import type { ResponseSink } from './response-sink.ts';

/**
 * Sends pieces one after the other. Each is read when it is due and the one before it is on its way
 * into the connection, so that a listener costs two pieces of memory, however slow. A segment's lock
 * is held while it is read, never while it is sent.
 * @throws ListenerLeftError, TrackReplacedError, or what reading the file throws
 */
export async function sendPieces(
  pieces: Iterable<Piece>,
  audio: TrackAudio,
  file: FileHandle,
  sink: ResponseSink,
  delivery: Delivery,
): Promise<void> {
  const read = async (piece: Piece): Promise<Buffer> => {
    await delivery.due(piece);
    return readPiece(piece, audio, file, delivery.bufferFor?.(piece));
  };
  const source = pieces[Symbol.iterator]();
  let piece: Piece | undefined = source.next().value;
  let reading = piece && read(piece);
  while (piece !== undefined) {
    const bytes: Buffer | undefined = await reading;
    const next: Piece | undefined = source.next().value;
    reading = next && read(next);
    // If the listener leaves now, nobody waits for it.
    reading?.catch(() => {});
    if (bytes !== undefined) await sink.write(bytes);
    delivery.delivered(piece);
    piece = next;
  }
}

async function readPiece(
  piece: Piece,
  audio: TrackAudio,
  file: FileHandle,
  into: Buffer | undefined,
): Promise<Buffer> {
  if (piece.kind === 'made-up') return piece.bytes;
  const { offset, end } = piece;
  if (piece.kind === 'file') return audio.file.read(file, offset, end - offset);
  try {
    return await audio.readSegments(file, piece.segments, offset, end, into);
  } catch (error) {
    // Every frame is the original or silence at any moment, locked or not: nobody has to wait.
    if (error instanceof LockTimeoutError) return audio.file.read(file, offset, end - offset);
    throw error;
  }
}
