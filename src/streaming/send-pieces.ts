import type { FileHandle } from 'node:fs/promises';
import { LockTimeoutError } from '../keyed-mutex.ts';
import type { TrackAudio } from '../play/track-audio.ts';
import type { Piece } from './pieces.ts';
import type { ResponseSink } from './response-sink.ts';

/**
 * Sends pieces one after the other, each read when the one before was taken. A segment's lock is
 * held while it is read, never while it is sent.
 * @param onDelivered called with each segment whose last byte the connection has taken
 * @throws ListenerLeftError, TrackReplacedError, or what reading the file throws
 */
export async function sendPieces(
  pieces: Iterable<Piece>,
  audio: TrackAudio,
  file: FileHandle,
  sink: ResponseSink,
  onDelivered: (segment: number) => void,
): Promise<void> {
  for (const piece of pieces) {
    await sink.write(await readPiece(piece, audio, file));
    if (piece.kind === 'audio' && piece.isLast) onDelivered(piece.segment);
  }
}

async function readPiece(piece: Piece, audio: TrackAudio, file: FileHandle): Promise<Buffer> {
  if (piece.kind === 'bytes') return piece.bytes;
  const { offset, length } = piece;
  if (piece.kind === 'file') return audio.readUnlocked(file, offset, length);
  try {
    return await audio.readSegment(file, piece.segment, offset, length);
  } catch (error) {
    // Every frame is the original or silence at any moment, locked or not: nobody has to wait.
    if (error instanceof LockTimeoutError) return audio.readUnlocked(file, offset, length);
    throw error;
  }
}
