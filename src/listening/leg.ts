import type { Listening } from './listening.ts';
import type { Timeline } from './timeline.ts';

/** How far ahead of the listener's ear a player is sent audio. */
export interface Pace {
  /** seconds of audio sent at once */
  readonly leadSeconds: number;
  /** seconds of audio a second after that, 1 or more */
  readonly rate: number;
}

// A browser that only wants to show a length has its answer by now. What it took until then is in
// its memory, unheard.
const PROBE_S = 1.5;
/**
 * The end of a track is held back until it is about to be needed, so that an open response shows
 * whether somebody is still there. Seconds.
 */
export const TAIL_S = 0.5;
// Held until half a second before, a loaded browser stalled once.
const TAIL_AHEAD_S = 1.5;
// With less than this in memory ahead of the ear, Chromium (156) asks for more: 2.7 s in each case
// that was measured.
const MEMORY_AHEAD_S = 2.7;
// After a seek back into memory Chromium either closes the response it leaves within 50 ms, or
// keeps it for about this long.
const LINGER_S = 2;
const AT_ONCE_S = 0.1;
// Sums of many short times don't come out exactly at a segment's end.
const CLOCK_ERROR_S = 1e-6;

/** How a request takes up a leg that has no response. */
export interface Continuation {
  /** The second that is asked for. */
  readonly second: number;
  /** Whether that is where what was sent ended, so that it says nothing of the listener. */
  readonly isAtEnd: boolean;
  /** Seconds for which the listener had no response open. */
  readonly silence: number;
  readonly now: number;
}

/**
 * A stretch that a listener moves through without a seek, by one response or by several that
 * continue each other. Its clock is where the listener's ear is, as far as a server can know: it
 * runs in real time while a response is open, and never past what was delivered. All times are
 * seconds.
 */
export class Leg {
  /** Whose leg it is. */
  listening: Listening;
  readonly #timeline: Timeline;
  readonly #pace: Pace;
  readonly #origin: number;
  #beganAt: number;
  /** Time in which a response was open. */
  #ran = 0;
  #clock: number;
  #delivered: number;
  /** The next segment to count. */
  #next: number;
  #openResponses = 0;
  /** The end of the track was delivered: the rest is heard without a response that shows it. */
  #isDraining = false;
  #advancedAt: number;

  /** @param origin the second that is heard first */
  constructor(listening: Listening, timeline: Timeline, pace: Pace, origin: number, now: number) {
    this.listening = listening;
    this.#timeline = timeline;
    this.#pace = pace;
    this.#origin = origin;
    this.#clock = origin;
    this.#delivered = origin;
    this.#next = timeline.segmentFrom(origin);
    this.#beganAt = now;
    this.#advancedAt = now;
  }

  /** The second that is being heard. */
  get clock(): number {
    return this.#clock;
  }

  /** Whether a response of the leg is open. */
  get isOpen(): boolean {
    return this.#openResponses > 0;
  }

  /**
   * Whether nobody need have heard anything so far. A track shorter than a probe counts when it
   * was played from its start to its end; its last second alone may be a browser reading tags.
   */
  get isProbe(): boolean {
    const isWhole = this.#origin === 0 && this.#clock >= this.#timeline.duration;
    return this.#ran < PROBE_S && !isWhole;
  }

  /** Whether bytes that are heard before this second may be sent. */
  maySend(second: number): boolean {
    const { duration } = this.#timeline;
    const isTail = second > duration - TAIL_S;
    if (isTail && this.#clock < duration - TAIL_AHEAD_S) return false;
    return second <= this.#origin + this.#pace.leadSeconds + this.#pace.rate * this.#ran;
  }

  /** The connection has taken the bytes that are heard before this second. */
  deliver(second: number): void {
    this.#delivered = Math.max(this.#delivered, second);
  }

  /** Lets the clock run up to `now`. */
  advance(now: number): void {
    const elapsed = now - this.#advancedAt;
    this.#advancedAt = now;
    if (this.isOpen) this.#run(elapsed);
    else if (this.#isDraining) this.#run(Math.min(elapsed, this.#timeline.duration - this.#clock));
  }

  /** A response of the leg begins. */
  opened(): void {
    this.#openResponses++;
    this.#isDraining = false;
  }

  /** @param hasSentEnd whether the track's last byte was delivered */
  closed(hasSentEnd: boolean): void {
    this.#openResponses--;
    this.#isDraining = hasSentEnd && !this.isOpen;
  }

  /** The listener is elsewhere: what was delivered and not heard by now won't be. */
  leave(): void {
    this.#isDraining = false;
  }

  /**
   * Goes on after a while without a response. The listener heard what was in memory meanwhile, but
   * nothing of what is asked for now. A probe begins again: its seconds are played from memory from
   * now on.
   */
  resume({ second, silence, now }: Continuation): void {
    if (this.isProbe) {
      this.#beganAt = now;
      this.#restartAt(this.#origin);
    } else {
      this.#run(Math.min(silence, Math.max(0, second - this.#clock)));
    }
  }

  /**
   * Goes on after the listener's browser asked for something else: tags at the end of the file,
   * while a probe was played from memory already, or what it sought to, before it sought back into
   * memory without a request. Where the ear is can only be guessed, from what is asked for when
   * memory is used up.
   */
  revisit({ second, isAtEnd, silence, now }: Continuation): void {
    const used = second - MEMORY_AHEAD_S;
    if (this.isProbe) {
      this.#restartAt(this.#origin);
      const elapsed = now - this.#beganAt;
      // After a longer time than memory lasts, nobody has been playing from it.
      const isPlaying = elapsed <= this.#pace.leadSeconds;
      if (isPlaying) this.#run(Math.max(0, Math.min(used - this.#origin, elapsed)));
    } else if (isAtEnd) {
      this.#restartAt((this.#origin + this.#clock) / 2);
    } else {
      const lingered = silence > AT_ONCE_S ? LINGER_S : 0;
      this.#restartAt(Math.max(this.#origin, used - lingered));
      this.#run(lingered);
    }
  }

  /** Takes over the clock of a leg that this one turns out to continue. */
  inherit(from: Leg): void {
    this.#clock = from.isProbe ? from.#origin : from.#clock;
    this.#next = from.#next;
  }

  /** What was heard from there on was heard before; it is heard again. */
  #restartAt(second: number): void {
    if (this.isProbe) this.#ran = 0;
    this.#clock = Math.min(second, this.#delivered);
    this.#next = this.#timeline.segmentFrom(this.#clock);
  }

  #run(seconds: number): void {
    this.#ran += seconds;
    this.#clock = Math.max(this.#clock, Math.min(this.#clock + seconds, this.#delivered));
    if (!this.isProbe) this.#countPassed();
  }

  #countPassed(): void {
    const { segments, endOf } = this.#timeline;
    while (this.#next < segments && endOf(this.#next) <= this.#clock + CLOCK_ERROR_S) {
      this.listening.count(this.#next);
      this.#next++;
    }
  }
}
