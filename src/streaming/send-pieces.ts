import type { FileHandle } from 'node:fs/promises';
import { LockTimeoutError } from '../keyed-mutex.ts';
import type { TrackAudio } from '../play/track-audio.ts';
import type { Delivery } from './delivery.ts';
import type { Piece } from './pieces.ts';
import type { ResponseSink } from './response-sink.ts';

/**
 * Sends pieces one after the other, each read when it is due and the one before was taken. A
 * segment's lock is held while it is read, never while it is sent.
 * @throws ListenerLeftError, TrackReplacedError, or what reading the file throws
 */
export async function sendPieces(
  pieces: Iterable<Piece>,
  audio: TrackAudio,
  file: FileHandle,
  sink: ResponseSink,
  delivery: Delivery,
): Promise<void> {
  for (const piece of pieces) {
    await delivery.due(piece);
    await sink.write(await readPiece(piece, audio, file));
    delivery.delivered(piece);
  }
}

async function readPiece(piece: Piece, audio: TrackAudio, file: FileHandle): Promise<Buffer> {
  if (piece.kind === 'made-up') return piece.bytes;
  const { offset, end } = piece;
  if (piece.kind === 'file') return audio.file.read(file, offset, end - offset);
  try {
    return await audio.readSegment(file, piece.segment, offset, end);
  } catch (error) {
    // Every frame is the original or silence at any moment, locked or not: nobody has to wait.
    if (error instanceof LockTimeoutError) return audio.file.read(file, offset, end - offset);
    throw error;
  }
}
