import { LockTimeoutError } from '../keyed-mutex.ts';
import type { Plays } from './plays.ts';
import type { SegmentChange, TrackAudio } from './track-audio.ts';

/** What a track's record holds of its plays. */
export interface PlayCounts {
  /** Plays of each segment. */
  readonly plays: Uint32Array;
  /** Listenings that counted at least one segment. */
  readonly streams: number;
  /** Segments whose audio on disk may still lack the last of their plays. */
  readonly unsettled: ReadonlySet<number>;
}

export interface JournalOptions {
  /** The record as it stands. All its plays are in the audio, but for what is unsettled. */
  readonly start: PlayCounts;
  readonly audio: TrackAudio;
  /** Replaces the track's record, durably. Reads `counts` before its first await. */
  readonly record: (counts: PlayCounts) => Promise<void>;
  /** Told at every change: the plays can't be written and why, or (undefined) can be again. */
  readonly onFailure: (failure: Error | undefined) => void;
}

// Between two attempts to write: all plays that arrive meanwhile share the next one. It is what a
// kill -9 may cost, as long as a segment usually is; with a tenth of it, 100 to 500 listeners of 20
// tracks took 1.8 times the processor.
const INTERVAL_MS = 500;
// After a play the audio is forced to the disk within this time, or when nobody has been heard for
// IDLE_MS. Until then a start after a crash drops the frames of the play once more.
const SYNC_INTERVAL_MS = 5_000;
const IDLE_MS = 1_000;
const RETRY_MS = 1_000;

/**
 * The play transaction of one track. A play is counted in memory, then recorded, then dropped from
 * the audio, in this order; any number of plays share one write of the record, and one write is in
 * flight at a time.
 *
 * Invariants, for each segment: applied ≤ recorded ≤ heard, and the audio on disk holds all plays
 * of the last record unless that record calls the segment unsettled.
 */
export class PlayJournal implements Plays {
  readonly #options: JournalOptions;
  readonly #heard: Uint32Array;
  readonly #applied: Uint32Array;
  #streams: number;
  #recordedStreams: number;
  /** Segments with heard > applied. */
  readonly #pending = new Set<number>();
  /** Segments changed since the audio was last forced to the disk. */
  readonly #unsettled: Set<number>;
  #lastSync = performance.now();
  #failure: Error | undefined;
  #attempt: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** When the timer runs out. */
  #due = 0;
  #closed = false;

  constructor(options: JournalOptions) {
    const { plays, streams, unsettled } = options.start;
    this.#options = options;
    this.#heard = plays.slice();
    this.#applied = plays.slice();
    this.#streams = streams;
    this.#recordedStreams = streams;
    this.#unsettled = new Set(unsettled);
    // What a crash may have cut off between the record and the audio is dropped once more.
    for (const segment of unsettled) {
      this.#applied[segment] = 0;
      this.#pending.add(segment);
    }
    this.#schedule();
  }

  get counts(): Uint32Array {
    return this.#applied;
  }

  get streams(): number {
    return this.#recordedStreams;
  }

  count(segment: number): void {
    this.#heard[segment] = (this.#heard[segment] ?? 0) + 1;
    this.#pending.add(segment);
    this.#schedule();
  }

  countStream(): void {
    this.#streams++;
  }

  async flush(): Promise<void> {
    // The attempt under way may have begun before the last of these plays; the next one has not.
    await this.#attempt;
    if (this.#pending.size > 0 && this.#failure === undefined) await this.#run();
  }

  async close(): Promise<boolean> {
    await this.#attempt;
    if (this.#pending.size > 0) await this.#run();
    if (this.#unsettled.size > 0) await this.#run();
    this.#closed = true;
    clearTimeout(this.#timer);
    return this.#pending.size === 0;
  }

  async discard(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#attempt;
    if (this.#unsettled.size > 0) await this.#recordApplied().catch(() => {});
    this.#setFailure(undefined);
  }

  /**
   * Records that what is in the audio is all there is: whatever takes the file's place has to show
   * it, or it is another work.
   */
  #recordApplied(): Promise<void> {
    return this.#options.record({
      plays: this.#applied,
      streams: this.#recordedStreams,
      unsettled: new Set(),
    });
  }

  /** Sets the timer for what is to be done next, or sets it earlier if that has become urgent. */
  #schedule(): void {
    const delay = this.#nextDelay();
    if (this.#closed || this.#attempt !== undefined || delay === undefined) return;
    const due = performance.now() + delay;
    if (this.#timer !== undefined && this.#due <= due) return;
    clearTimeout(this.#timer);
    this.#due = due;
    this.#timer = setTimeout(() => void this.#run(), delay);
  }

  #nextDelay(): number | undefined {
    if (this.#failure !== undefined) return RETRY_MS;
    if (this.#pending.size > 0) return INTERVAL_MS;
    return this.#unsettled.size > 0 ? IDLE_MS : undefined;
  }

  /** One attempt, shared by all who ask for one while it is under way. Never rejects. */
  #run(): Promise<void> {
    this.#attempt ??= this.#write()
      .then(
        () => this.#setFailure(undefined),
        (error: Error) => this.#setFailure(error),
      )
      .finally(() => {
        this.#attempt = undefined;
        this.#schedule();
      });
    clearTimeout(this.#timer);
    this.#timer = undefined;
    return this.#attempt;
  }

  #setFailure(failure: Error | undefined): void {
    const isChange = failure?.message !== this.#failure?.message;
    this.#failure = failure;
    if (isChange) this.#options.onFailure(failure);
  }

  async #write(): Promise<void> {
    if (this.#isSyncDue()) await this.#sync();
    // What is counted from here on is left to the next attempt.
    const plays = this.#heard.slice();
    const streams = this.#streams;
    const batch = [...this.#pending];
    await this.#findWear(batch);
    for (const segment of batch) this.#unsettled.add(segment);
    await this.#options.record({ plays, streams, unsettled: this.#unsettled });
    this.#recordedStreams = streams;
    await this.#decay(batch, plays);
  }

  async #findWear(batch: number[]): Promise<void> {
    // Once recorded, a first play may be in the audio already, where it must not be taken for wear.
    const uncounted = batch.filter(
      (segment) => this.#applied[segment] === 0 && !this.#unsettled.has(segment),
    );
    await this.#options.audio.findWear(uncounted);
  }

  #isSyncDue(): boolean {
    if (this.#unsettled.size === 0) return false;
    return this.#pending.size === 0 || performance.now() - this.#lastSync > SYNC_INTERVAL_MS;
  }

  async #sync(): Promise<void> {
    await this.#options.audio.file.change((file) => file.datasync());
    this.#lastSync = performance.now();
    for (const segment of this.#unsettled) {
      if (!this.#pending.has(segment)) this.#unsettled.delete(segment);
    }
  }

  /** A segment that can't be written must not keep the others from it. */
  async #decay(batch: number[], plays: Uint32Array): Promise<void> {
    if (batch.length === 0) return;
    const { audio } = this.#options;
    const changes = batch
      .sort((a, b) => a - b)
      .map((segment) => ({
        segment,
        from: this.#applied[segment] ?? 0,
        to: plays[segment] ?? 0,
      }));
    const failures: unknown[] = [];
    const buffer = Buffer.allocUnsafeSlow(audio.runBytes(changes));
    await audio.file.change(async (file) => {
      for (const run of audio.runsOf(changes)) {
        await audio.decay(file, run, buffer).then(
          () => this.#setApplied(run),
          (error: unknown) => failures.push(error),
        );
      }
    });
    // Segments that were locked for too long stay pending: the next attempt makes up for them.
    const failure = failures.find((error) => !(error instanceof LockTimeoutError));
    if (failure !== undefined) throw failure;
  }

  #setApplied(run: SegmentChange[]): void {
    for (const { segment, to } of run) {
      this.#applied[segment] = to;
      if (this.#heard[segment] === to) this.#pending.delete(segment);
    }
  }
}
