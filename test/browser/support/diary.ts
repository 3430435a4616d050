/** What happened in a test, to be read where it failed. */
export class Diary {
  readonly #began = Date.now();
  readonly #entries: { at: number; who: string; what: string }[] = [];

  /** @param at `Date.now()` of when it happened */
  note(who: string, what: string, at = Date.now()): void {
    this.#entries.push({ at, who, what });
  }

  /** A line for each thing that happened, with the seconds since the beginning. */
  toString(): string {
    return this.#entries
      .toSorted((a, b) => a.at - b.at)
      .map(({ at, who, what }) => {
        const seconds = ((at - this.#began) / 1000).toFixed(3);
        return `${seconds.padStart(8)} ${who.padEnd(10)} ${what}\n`;
      })
      .join('');
  }
}
