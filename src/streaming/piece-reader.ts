import type { FileHandle } from 'node:fs/promises';
import { Semaphore } from 'async-mutex';
import { LockTimeoutError } from '../keyed-mutex.ts';
import type { TrackAudio } from '../play/track-audio.ts';
import { BufferPool } from './buffer-pool.ts';
import { type FilePiece, MAX_PIECE_BYTES } from './pieces.ts';

/** A piece's bytes, in a buffer that is not theirs for ever. */
export interface PieceBytes {
  readonly bytes: Buffer;
  /** To be called when nobody looks at them any more. */
  readonly giveBack: () => void;
}

// As many as Node has threads for: what waits here is read in the order in which it is needed, and
// what waits for a thread is not.
const READS_AT_ONCE = 4;
const SPARE_BUFFERS = 64;

/**
 * Reads what is sent, for all streams together: what is needed first is read and sent first.
 *
 * One piece is handed out a turn of the event loop. Node accepts one connection a turn (libuv since
 * 1.45), so that a long one keeps listeners waiting at the door: when 2,000 arrived within 2 s, the
 * first byte's p99 was 0.03 to 0.05 s with one piece a turn, 0.2 to 0.6 s with all that was read.
 */
export class PieceReader {
  readonly #places = new Semaphore(READS_AT_ONCE);
  readonly #turns = new Semaphore(1);
  readonly #buffers = new BufferPool(MAX_PIECE_BYTES, SPARE_BUFFERS);

  /**
   * Reads a piece. The locks of its segments are held meanwhile.
   * @param file as `audio.file.open` opened it
   * @param neededAt the second at which it should be there
   * @throws TrackReplacedError, or what reading the file throws
   */
  async read(
    piece: FilePiece,
    audio: TrackAudio,
    file: FileHandle,
    neededAt: number,
  ): Promise<PieceBytes> {
    const [, leave] = await this.#places.acquire(1, -neededAt);
    // Whoever has to wait for a lock keeps nobody else from reading.
    if (audio.isLocked(piece.segments)) leave();
    try {
      const buffer = this.#buffers.take();
      const bytes = await readPiece(piece, audio, file, buffer);
      const [, endTurn] = await this.#turns.acquire(1, -neededAt);
      setImmediate(endTurn);
      return { bytes, giveBack: () => this.#buffers.giveBack(buffer) };
    } finally {
      leave();
    }
  }
}

async function readPiece(
  { offset, end, segments }: FilePiece,
  audio: TrackAudio,
  file: FileHandle,
  into: Buffer,
): Promise<Buffer> {
  try {
    return await audio.readSegments(file, segments, offset, end, into);
  } catch (error) {
    // Every frame is the original or silence at any moment, locked or not: nobody has to wait.
    if (error instanceof LockTimeoutError) return audio.file.read(file, offset, end - offset, into);
    throw error;
  }
}
