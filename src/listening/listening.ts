import type { Plays } from '../play/plays.ts';

/** What is listened to. */
export interface Listenable {
  readonly filename: string;
  readonly plays: Plays;
}

/** One listener moving through one track. */
export class Listening {
  /** Why the last of its responses ended. */
  ending = 'it never began';
  readonly #track: Listenable;
  readonly #onFirst: () => void;
  #segments = 0;

  /** @param onFirst called when the first segment counts */
  constructor(track: Listenable, onFirst: () => void) {
    this.#track = track;
    this.#onFirst = onFirst;
  }

  get filename(): string {
    return this.#track.filename;
  }

  /** Segments heard to their end. */
  get segments(): number {
    return this.#segments;
  }

  /** A segment was heard to its end. */
  count(segment: number): void {
    if (this.#segments === 0) {
      this.#onFirst();
      this.#track.plays.countStream();
    }
    this.#segments++;
    this.#track.plays.count(segment);
  }
}
