import type { Plays } from './plays.ts';

/** What another process has written of a track's plays. */
export type ReadPlays = () => Promise<{ plays: Uint32Array; streams: number } | undefined>;

/** The plays of a track that another process counts: they can be looked at, nothing more. */
export class ForeignPlays implements Plays {
  counts: Uint32Array;
  streams: number;
  readonly #read: ReadPlays;

  /** @param read undefined stands for a record that isn't there or doesn't fit */
  constructor(plays: Uint32Array, streams: number, read: ReadPlays) {
    this.counts = plays;
    this.streams = streams;
    this.#read = read;
  }

  count(): void {}

  countStream(): void {}

  async flush(): Promise<void> {
    const now = await this.#read();
    if (now === undefined) return;
    this.counts = now.plays;
    this.streams = now.streams;
  }

  async close(): Promise<boolean> {
    return true;
  }

  async discard(): Promise<void> {}
}
