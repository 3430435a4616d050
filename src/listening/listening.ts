import type { Plays } from '../play/plays.ts';

/** One listener moving through one track. */
export class Listening {
  readonly filename: string;
  /** Why the last of its responses ended. */
  ending = 'it never began';
  readonly #plays: Plays;
  readonly #onFirst: () => void;
  #segments = 0;

  /** @param onFirst called when the first segment counts */
  constructor(filename: string, plays: Plays, onFirst: () => void) {
    this.filename = filename;
    this.#plays = plays;
    this.#onFirst = onFirst;
  }

  /** Segments heard to their end. */
  get segments(): number {
    return this.#segments;
  }

  /** A segment was heard to its end. */
  count(segment: number): void {
    if (this.#segments === 0) {
      this.#onFirst();
      this.#plays.countStream();
    }
    this.#segments++;
    this.#plays.count(segment);
  }
}
