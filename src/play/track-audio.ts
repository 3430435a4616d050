import type { FileHandle } from 'node:fs/promises';
import type { DropoutKey } from '../dropout/permutation.ts';
import type { KeyedMutex } from '../keyed-mutex.ts';
import { writeFully } from '../wav/byte-source.ts';
import type { WavLayout } from '../wav/layout.ts';
import type { Segments } from '../wav/segments.ts';
import { AudioFile } from './audio-file.ts';
import type { FileStamp } from './file-stamp.ts';
import { SegmentWear } from './segment-wear.ts';

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

/** A segment whose audio holds `from` plays and is to hold `to`. */
export interface SegmentChange {
  readonly segment: number;
  readonly from: number;
  readonly to: number;
}

// Segments that lie side by side are changed in one read and one write of at most this much.
const MAX_RUN_BYTES = 1024 * 1024;

/** The audio of one track: the only place where bytes of a WAV are read to be heard, or written. */
export class TrackAudio {
  readonly #options: TrackAudioOptions;
  readonly #wear: SegmentWear;
  readonly file: AudioFile;
  /** Segments that were seen to have lost nothing. */
  readonly #unworn = new Set<number>();

  constructor(options: TrackAudioOptions) {
    this.#options = options;
    this.#wear = new SegmentWear({ ...options, format: options.layout.format });
    this.file = new AudioFile(options.path, options.stamp);
  }

  get segments(): Segments {
    return this.#options.segments;
  }

  get wornBefore(): ReadonlyMap<number, number> {
    return this.#options.wornBefore;
  }

  /** Whether somebody reads or changes one of these segments. */
  isLocked(segments: readonly number[]): boolean {
    return segments.some((segment) => this.#options.locks.isLocked(segment));
  }

  /**
   * Reads bytes of the file, from `offset` to `end` (exclusive), under the locks of the segments
   * that they belong to.
   * @param file as `file.open` opened it
   * @param touched these segments, in order
   * @param into what to read into, of at least that length
   * @throws LockTimeoutError, TrackReplacedError
   */
  async readSegments(
    file: FileHandle,
    touched: readonly number[],
    offset: number,
    end: number,
    into: Buffer,
  ): Promise<Buffer> {
    const bytes = await this.#options.locks.runExclusiveAll(touched, () =>
      this.file.read(file, offset, end - offset, into),
    );
    for (const segment of touched) {
      if (!this.#unworn.has(segment)) this.#noteUnworn(segment, offset, bytes);
    }
    return bytes;
  }

  /**
   * Changes segments that lie side by side. To do so again changes nothing.
   * @param file as `file.change` opened it
   * @param run one of `runsOf`
   * @param into what to work in, of at least `runBytes`
   * @throws LockTimeoutError, TrackReplacedError
   */
  async decay(file: FileHandle, run: readonly SegmentChange[], into: Buffer): Promise<void> {
    const { segments, locks, assertMayWrite } = this.#options;
    const changes = run.filter(({ segment, from, to }) => this.#wear.isWornBy(segment, from, to));
    const first = changes.at(0);
    const last = changes.at(-1);
    if (first === undefined || last === undefined) return;
    const keys = Array.from(
      { length: last.segment - first.segment + 1 },
      (_, i) => first.segment + i,
    );
    await locks.runExclusiveAll(keys, async () => {
      const offset = segments.offset(first.segment);
      const end = segments.offset(last.segment) + segments.length(last.segment);
      const bytes = await this.file.read(file, offset, end - offset, into);
      for (const { segment, from, to } of changes) {
        const start = segments.offset(segment) - offset;
        const own = bytes.subarray(start, start + segments.length(segment));
        this.#wear.wear(segment, own, from, to);
      }
      assertMayWrite();
      await writeFully(file, bytes, offset);
    });
  }

  /** The most that a run of these changes takes. */
  runBytes(changes: readonly SegmentChange[]): number {
    const { stride, dataOffset, dataEnd } = this.segments;
    return Math.min(Math.min(changes.length, this.#maxRun) * stride, dataEnd - dataOffset);
  }

  /** Cuts changes, in the order of their segments, into runs for `decay`. */
  runsOf(changes: readonly SegmentChange[]): SegmentChange[][] {
    const runs: SegmentChange[][] = [];
    for (const change of changes) {
      const run = runs.at(-1);
      const isNext = run?.at(-1)?.segment === change.segment - 1;
      if (run !== undefined && isNext && run.length < this.#maxRun) run.push(change);
      else runs.push([change]);
    }
    return runs;
  }

  get #maxRun(): number {
    return Math.max(1, Math.floor(MAX_RUN_BYTES / this.segments.stride));
  }

  /**
   * Finds out what segments that were never counted have lost already, before their first play is
   * recorded. A record that was deleted leaves them worn, and a play takes its share of what is
   * left.
   */
  async findWear(uncounted: readonly number[]): Promise<void> {
    const unknown = uncounted.filter((segment) => !this.#unworn.has(segment));
    if (unknown.length === 0) return;
    await this.file.look(async (file) => {
      for (const segment of unknown) {
        const plays = this.#wear.playsIn(segment, await this.#read(file, segment));
        if (plays > 0) this.#options.wornBefore.set(segment, plays);
      }
    });
  }

  /** The plays of each segment as its audio shows them, for when their record is lost. */
  countPlays(): Promise<number[]> {
    return this.file.look(async (file) => {
      const plays: number[] = [];
      for (let segment = 0; segment < this.segments.count; segment++) {
        plays.push(this.#wear.playsIn(segment, await this.#read(file, segment)));
      }
      return plays;
    });
  }

  /** Whether the audio shows the plays of all these segments. */
  hasPlays(plays: readonly SegmentPlays[]): Promise<boolean> {
    return this.file.look(async (file) => {
      for (const { segment, plays: count } of plays) {
        const bytes = await this.#read(file, segment);
        if (!this.#wear.hasPlays(segment, bytes, count)) return false;
      }
      return true;
    });
  }

  #read(file: FileHandle, segment: number): Promise<Buffer> {
    const { segments } = this.#options;
    return this.file.read(file, segments.offset(segment), segments.length(segment));
  }

  /** What is read to be heard often shows that a segment is whole, so that nobody need look. */
  #noteUnworn(segment: number, offset: number, bytes: Buffer): void {
    const { blockAlign } = this.#options.layout.format;
    const at = this.#wear.firstToGo(segment) - offset;
    if (at < 0 || at + blockAlign > bytes.length) return;
    if (!this.#wear.isSilent(bytes.subarray(at, at + blockAlign))) this.#unworn.add(segment);
  }
}

/** A number of plays that a segment is said to have had. */
export interface SegmentPlays {
  readonly segment: number;
  readonly plays: number;
}
