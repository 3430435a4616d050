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
import { type FileStamp, isSameFile, isUnchanged, stampOf } from './file-stamp.ts';

/** The file under a track's name is no longer the one that was scanned, or somebody changed it. */
export class TrackReplacedError extends Error {
  override readonly name = 'TrackReplacedError';
}

/** What decides where and how the frames of a track fall silent. */
export interface TrackAudioOptions {
  readonly path: string;
  readonly stamp: FileStamp;
  readonly layout: WavLayout;
  readonly segments: Segments;
  readonly key: DropoutKey;
  /** percent of the frames a play */
  readonly degradationRate: number;
  /** Plays that segments had had before the counting began. Grows by `findWear`. */
  readonly wornBefore: Map<number, number>;
  /** One lock a segment, held for reading or for changing it. */
  readonly locks: KeyedMutex<number>;
  /** Throws if this process may not write at this moment. */
  readonly assertMayWrite: () => void;
}

/** The audio of one track: the only place where bytes of a WAV are read to be heard, or written. */
export class TrackAudio {
  readonly #options: TrackAudioOptions;
  #stamp: FileStamp;
  #changes = 0;
  #isRetired = false;

  constructor(options: TrackAudioOptions) {
    this.#options = options;
    this.#stamp = options.stamp;
  }

  get segments(): Segments {
    return this.#options.segments;
  }

  get wornBefore(): ReadonlyMap<number, number> {
    return this.#options.wornBefore;
  }

  /** The file as it was after our last change to it. */
  get stamp(): FileStamp {
    return this.#stamp;
  }

  /** Goes up when we begin to change the file, and when we have: odd in between. */
  get changes(): number {
    return this.#changes;
  }

  /** Ends the track: from now on nothing is read from its file or written to it. */
  retire(): void {
    this.#isRetired = true;
  }

  /**
   * Opens the file for reading, if it is still the one that was scanned. The caller closes it.
   * @throws TrackReplacedError
   */
  async open(): Promise<FileHandle> {
    return this.#open(constants.O_RDONLY, (stamp) => isSameFile(stamp, this.#stamp));
  }

  /**
   * Opens the file for `task` to change it, if nobody else has since we did: offsets found in one
   * file must never be written to in another.
   * @throws TrackReplacedError, or what `task` throws
   */
  async change(task: (file: FileHandle) => Promise<void>): Promise<void> {
    const file = await this.#open(constants.O_RDWR, (stamp) => isUnchanged(stamp, this.#stamp));
    this.#changes++;
    try {
      await task(file);
    } finally {
      this.#stamp = stampOf(await file.stat({ bigint: true }));
      this.#changes++;
      await file.close();
    }
  }

  async #open(access: number, isOurs: (stamp: FileStamp) => boolean): Promise<FileHandle> {
    this.#refuseRetired();
    const file = await open(this.#options.path, access | constants.O_NOFOLLOW);
    try {
      const stat = await file.stat({ bigint: true });
      if (!stat.isFile() || !isOurs(stampOf(stat))) {
        throw new TrackReplacedError('the file was replaced or changed since it was scanned');
      }
      return file;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  #refuseRetired(): void {
    if (this.#isRetired) throw new TrackReplacedError('the file was removed or replaced');
  }

  /**
   * Reads bytes that lie within one segment.
   * @throws LockTimeoutError, TrackReplacedError
   */
  readSegment(file: FileHandle, segment: number, offset: number, length: number): Promise<Buffer> {
    return this.#options.locks.runExclusive(segment, () => this.readUnlocked(file, offset, length));
  }

  /** Reads bytes without a lock: those outside the data, or of a segment whose lock can't be had. */
  async readUnlocked(file: FileHandle, offset: number, length: number): Promise<Buffer> {
    this.#refuseRetired();
    return readExactly(file, offset, length);
  }

  /**
   * Drops what the plays after `from` up to `to` drop of a segment. To do so again changes nothing.
   * @param file as `change` opened it
   * @throws LockTimeoutError, TrackReplacedError
   */
  async decay(file: FileHandle, segment: number, from: number, to: number): Promise<void> {
    const { segments, locks, assertMayWrite } = this.#options;
    const fromRank = this.#droppedFrames(segment, from);
    const toRank = this.#droppedFrames(segment, to);
    if (fromRank >= toRank) return;
    const offset = segments.offset(segment);
    await locks.runExclusive(segment, async () => {
      const bytes = await readExactly(file, offset, segments.length(segment));
      const { samples, frameLength, silence, frameAt } = this.#view(segment, bytes);
      dropFrames(samples, frameLength, silence, frameAt, fromRank, toRank);
      assertMayWrite();
      await writeFully(file, bytes, offset);
    });
  }

  /**
   * Finds out what segments that were never counted have lost already, before their first play is
   * recorded. A record that was deleted leaves them worn, and a play takes its share of what is
   * left.
   */
  async findWear(file: FileHandle, uncounted: readonly number[]): Promise<void> {
    const { segments, layout, key, wornBefore } = this.#options;
    const { blockAlign, silence } = layout.format;
    for (const segment of uncounted) {
      const firstToGo = framePermutation(key, segment, segments.frames(segment))(0);
      const offset = segments.offset(segment) + firstToGo * blockAlign;
      const frame = await this.readUnlocked(file, offset, blockAlign);
      // Nearly always: a segment that has lost anything has lost this frame.
      if (frame.some((byte) => byte !== silence)) continue;
      const plays = await this.countPlays(file, segment);
      if (plays > 0) wornBefore.set(segment, plays);
    }
  }

  /** The plays of a segment as its audio shows them, for when their record is lost. */
  async countPlays(file: FileHandle, segment: number): Promise<number> {
    const { segments, degradationRate } = this.#options;
    const silentRanks = await this.#silentRanks(file, segment);
    return playsFromSilence(segments.frames(segment), silentRanks, degradationRate);
  }

  /** Whether the audio of a segment lacks all the frames that so many plays drop. */
  async hasPlays(file: FileHandle, segment: number, plays: number): Promise<boolean> {
    return (await this.#silentRanks(file, segment)) >= this.#droppedFrames(segment, plays);
  }

  #droppedFrames(segment: number, plays: number): number {
    const { segments, degradationRate, wornBefore } = this.#options;
    const total = plays === 0 ? 0 : plays + (wornBefore.get(segment) ?? 0);
    return droppedFrames(segments.frames(segment), total, degradationRate);
  }

  async #silentRanks(file: FileHandle, segment: number): Promise<number> {
    const { segments } = this.#options;
    const bytes = await this.readUnlocked(file, segments.offset(segment), segments.length(segment));
    const { samples, frameLength, silence, frameAt } = this.#view(segment, bytes);
    return countSilentRanks(samples, frameLength, silence, frameAt, segments.frames(segment));
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
