import type { Plays } from '../play/plays.ts';

/** What is listened to. */
export interface Listenable {
  readonly filename: string;
  readonly plays: Plays;
}

/** The right to listen: taken when a listening begins, used up when it counts. */
export interface Right {
  /** Takes it again, if it was given back and not used up; throws if it can't be had any more. */
  renew(): void;
  /** Gives it back while nobody listens, unless it is used up. */
  release(): void;
  /** Uses it up. */
  count(): void;
}

/** One listener moving through one track. */
export class Listening {
  /** Why the last of its responses ended. */
  ending = 'it never began';
  readonly right: Right | undefined;
  readonly #track: Listenable;
  #segments = 0;

  /** @param right without one it counts nothing: it may only turn out to be part of another */
  constructor(track: Listenable, right: Right | undefined) {
    this.#track = track;
    this.right = right;
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
    if (this.right === undefined) return;
    if (this.#segments === 0) {
      this.right.count();
      this.#track.plays.countStream();
    }
    this.#segments++;
    this.#track.plays.count(segment);
  }
}
