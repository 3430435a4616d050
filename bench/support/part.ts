import type { Table } from './table.ts';

export interface Options {
  /** Fewer and shorter rounds, to see that everything works: the figures mean little. */
  readonly isQuick: boolean;
}

/** A figure that DESIGN.md promises, and what it came to. */
export interface Goal {
  readonly what: string;
  readonly promised: string;
  readonly measured: string;
  readonly isReached: boolean;
}

export interface PartResult {
  readonly tables: readonly Table[];
  readonly goals: readonly Goal[];
  /** All that was measured, for `results.json`. */
  readonly figures: unknown;
}

export type Part = (options: Options) => Promise<PartResult>;

/** Says what is going on: the bench takes minutes. */
export function progress(text: string): void {
  process.stderr.write(`${text}\n`);
}
