import type { Leg } from './leg.ts';
import type { Timeline } from './timeline.ts';

export interface PlayerResponseOptions {
  readonly timeline: Timeline;
  readonly leg: Leg;
  /** Offset in the file of the first byte asked for. */
  readonly firstOffset: number;
  /** Seconds. */
  readonly openedAt: number;
  /** Whether it is known which listening it belongs to. */
  readonly isPlaced: boolean;
  readonly onClose: (response: PlayerResponse) => void;
}

const ALIGNMENT_BYTES = 32 * 1024;

/** A response to a player: says what may be sent, and is told what was. All times are seconds. */
export class PlayerResponse {
  readonly timeline: Timeline;
  readonly leg: Leg;
  readonly firstOffset: number;
  readonly openedAt: number;
  #isPlaced: boolean;
  #closedAt: number | undefined;
  #sentTo: number;
  readonly #onClose: (response: PlayerResponse) => void;

  constructor({ timeline, leg, firstOffset, openedAt, isPlaced, onClose }: PlayerResponseOptions) {
    this.leg = leg;
    this.firstOffset = firstOffset;
    this.openedAt = openedAt;
    this.#isPlaced = isPlaced;
    this.#sentTo = firstOffset;
    this.timeline = timeline;
    this.#onClose = onClose;
    leg.opened();
  }

  /** Whether it is known which listening it belongs to; else it may turn out to be a seek. */
  get isPlaced(): boolean {
    return this.#isPlaced;
  }

  /** Whether it turned out to be a listening of its own that there is no right to. */
  get isRefused(): boolean {
    return this.#isPlaced && this.leg.listening.right === undefined;
  }

  /** It belongs to the listening that it has now. */
  place(): void {
    this.#isPlaced = true;
  }

  /** When it closed; never, while it is open. */
  get closedAt(): number {
    return this.#closedAt ?? Number.POSITIVE_INFINITY;
  }

  /** Whether the bytes of the file before `offset` may be sent. */
  maySend(offset: number, now: number): boolean {
    this.leg.advance(now);
    return this.leg.maySend(this.timeline.secondAt(offset));
  }

  /** When the byte of the file at `offset` will be heard, if nothing keeps it from being. */
  neededAt(offset: number, now: number): number {
    this.leg.advance(now);
    return now + this.timeline.secondAt(offset) - this.leg.clock;
  }

  /** The connection has taken the bytes of the file before `offset`. */
  delivered(offset: number, now: number): void {
    this.leg.advance(now);
    this.#sentTo = offset;
    this.leg.deliver(this.timeline.secondAt(offset));
  }

  /** The response ended, by whom ever. Only the first call counts. */
  close(now: number): void {
    if (this.#closedAt !== undefined) return;
    this.#closedAt = now;
    this.leg.advance(now);
    this.leg.closed(this.timeline.secondAt(this.#sentTo) >= this.timeline.duration);
    this.#onClose(this);
  }

  /** Whether a request for `offset` lies inside or right behind what was sent. */
  isContinuedAt(offset: number): boolean {
    return this.firstOffset < offset && offset <= this.#sentTo;
  }

  /** Whether a request for `offset` asks for exactly the next byte. */
  isFollowedAt(offset: number): boolean {
    return this.firstOffset < offset && offset === this.#sentTo;
  }

  /** Whether `offset` is where the browser's memory of it ends, which it may align to 32 KiB. */
  isUsedUpAt(offset: number): boolean {
    return this.isContinuedAt(offset) && this.#sentTo - offset < ALIGNMENT_BYTES;
  }
}
