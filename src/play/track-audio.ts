import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { KeyedMutex } from '../keyed-mutex.ts';
import {
  countSilentRanks,
  droppedFrames,
  dropFrames,
  playsFromSilence,
  type Samples,
} from '../dropout/dropout.ts';
import { type DropoutKey, framePermutation } from '../dropout/permutation.ts';
import { readFully, writeFully } from '../wav/byte-source.ts';
import type { WavLayout } from '../wav/layout.ts';
import type { Segments } from '../wav/segments.ts';

/** The file under a track's name is no longer the one that was scanned, or not as long. */
export class TrackReplacedError extends Error {
  override readonly name = 'TrackReplacedError';
}

/** What decides where and how the frames of a track fall silent. */
export interface TrackAudioOptions {
  readonly path: string;
  /** Inode of the scanned file. */
  readonly inode: number;
  readonly layout: WavLayout;
  readonly segments: Segments;
  readonly key: DropoutKey;
  /** percent of the frames a play */
  readonly degradationRate: number;
  /** One lock a segment, held for reading or for changing it. */
  readonly locks: KeyedMutex<number>;
}

/** The audio of one track: the only place where bytes of a WAV are read to be heard, or written. */
export class TrackAudio {
  readonly #options: TrackAudioOptions;

  constructor(options: TrackAudioOptions) {
    this.#options = options;
  }

  get segments(): Segments {
    return this.#options.segments;
  }

  /**
   * Opens the file, if it is still the one that was scanned: offsets found in one file must never
   * be written to in another. The caller closes it.
   * @throws TrackReplacedError
   */
  async open(access: 'read' | 'write'): Promise<FileHandle> {
    const { path, inode, layout } = this.#options;
    const flags = access === 'read' ? constants.O_RDONLY : constants.O_RDWR;
    const file = await open(path, flags | constants.O_NOFOLLOW);
    try {
      const stat = await file.stat();
      if (!stat.isFile() || stat.ino !== inode || stat.size !== layout.fileSize) {
        throw new TrackReplacedError('the file was replaced or changed its length since the scan');
      }
      return file;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /**
   * Reads bytes that lie within one segment.
   * @throws LockTimeoutError, TrackReplacedError
   */
  readSegment(file: FileHandle, segment: number, offset: number, length: number): Promise<Buffer> {
    return this.#options.locks.runExclusive(segment, () => readExactly(file, offset, length));
  }

  /** Reads bytes without a lock: those outside the data, or of a segment whose lock can't be had. */
  readUnlocked(file: FileHandle, offset: number, length: number): Promise<Buffer> {
    return readExactly(file, offset, length);
  }

  /**
   * Drops what the plays after `from` up to `to` drop of a segment. To do so again changes nothing.
   * @param file opened for writing
   * @throws LockTimeoutError, TrackReplacedError
   */
  async decay(file: FileHandle, segment: number, from: number, to: number): Promise<void> {
    const { segments, degradationRate, locks } = this.#options;
    const fromRank = droppedFrames(segments.frames(segment), from, degradationRate);
    const toRank = droppedFrames(segments.frames(segment), to, degradationRate);
    if (fromRank >= toRank) return;
    const offset = segments.offset(segment);
    await locks.runExclusive(segment, async () => {
      const bytes = await readExactly(file, offset, segments.length(segment));
      const { samples, frameLength, silence, frameAt } = this.#view(segment, bytes);
      dropFrames(samples, frameLength, silence, frameAt, fromRank, toRank);
      await writeFully(file, bytes, offset);
    });
  }

  /** The plays of a segment as its audio shows them, for when their record is lost. */
  async countPlays(file: FileHandle, segment: number): Promise<number> {
    const { segments, degradationRate } = this.#options;
    const frames = segments.frames(segment);
    const bytes = await readExactly(file, segments.offset(segment), segments.length(segment));
    const { samples, frameLength, silence, frameAt } = this.#view(segment, bytes);
    const silentRanks = countSilentRanks(samples, frameLength, silence, frameAt, frames);
    return playsFromSilence(frames, silentRanks, degradationRate);
  }

  #view(segment: number, bytes: Buffer) {
    const { layout, segments, key } = this.#options;
    const { blockAlign, silence } = layout.format;
    const samples = samplesOf(bytes, blockAlign, silence);
    return {
      samples,
      frameLength: blockAlign / samples.BYTES_PER_ELEMENT,
      silence,
      frameAt: framePermutation(key, segment, segments.frames(segment)),
    };
  }
}

/**
 * The widest view of a segment through which silence can be written: as every byte of a silent
 * frame is the same, and that byte is 0 wherever a sample has several, two views serve all formats.
 */
function samplesOf(bytes: Buffer, blockAlign: number, silence: number): Samples {
  const { buffer, byteOffset, length } = bytes;
  return silence === 0 && blockAlign % 4 === 0 && byteOffset % 4 === 0
    ? new Int32Array(buffer, byteOffset, length / 4)
    : bytes;
}

async function readExactly(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const bytes = await readFully(file, offset, length);
  if (bytes.length < length) throw new TrackReplacedError('the file has become shorter');
  return bytes;
}
