import type { Right } from '../listening/listening.ts';
import { HttpError } from '../http/http-error.ts';

const HOUR_MS = 3_600_000;
// When a share is in use, and not used up, it may be free soon.
const RETRY_MS = 10_000;

/** Caps on what listeners may take; 0 is no cap. */
export interface StreamLimitSettings {
  /** Streams at once. */
  readonly maxStreams: number;
  /** Streams at once to one address. */
  readonly maxStreamsPerIp: number;
  /** Listenings of one address to one track within an hour. */
  readonly maxListeningsPerHour: number;
}

/** Counts streams and listenings, and refuses those that are too many before they hear anything. */
export class StreamLimits {
  readonly #settings: StreamLimitSettings;
  readonly #now: () => number;
  #streams = 0;
  readonly #streamsOf = new Map<string, number>();
  /** Times at which listenings counted their first segment, oldest first, by address and track. */
  readonly #starts = new Map<string, number[]>();
  /** Listenings that have counted nothing yet, by address and track. */
  readonly #held = new Map<string, number>();

  /** @param now milliseconds of a clock that never jumps */
  constructor(settings: StreamLimitSettings, now: () => number = () => performance.now()) {
    this.#settings = settings;
    this.#now = now;
  }

  /**
   * Takes a place for a stream.
   * @returns what gives the place back; to be called once
   * @throws HttpError 503 or 429 with `Retry-After` where there is none
   */
  enter(address: string): () => void {
    const { maxStreams, maxStreamsPerIp } = this.#settings;
    const ofAddress = this.#streamsOf.get(address) ?? 0;
    if (maxStreams > 0 && this.#streams >= maxStreams) {
      throw refusal(503, 'As many people as can are listening now. Try again in a moment.', 10);
    }
    if (maxStreamsPerIp > 0 && ofAddress >= maxStreamsPerIp) {
      throw refusal(429, 'Too many streams at once from your address. End one first.', 10);
    }
    this.#streams++;
    this.#streamsOf.set(address, ofAddress + 1);
    return () => this.#leave(address);
  }

  /**
   * Lets an address listen to a track, one time of its share.
   * @throws HttpError 429 with `Retry-After` where its share within the hour is used up or in use
   */
  admit(address: string, filename: string): Right {
    const key = `${address} ${filename}`;
    let state: 'held' | 'given back' | 'counted' = 'given back';
    const release = () => {
      if (state !== 'held') return;
      this.#hold(key, -1);
      state = 'given back';
    };
    const renew = () => {
      if (state !== 'given back') return;
      this.#refuseWithoutShare(key);
      this.#hold(key, 1);
      state = 'held';
    };
    const count = () => {
      release();
      state = 'counted';
      this.#countStart(key);
    };
    renew();
    return { renew, release, count };
  }

  #refuseWithoutShare(key: string): void {
    const max = this.#settings.maxListeningsPerHour;
    if (max === 0) return;
    const hourAgo = this.#now() - HOUR_MS;
    const starts = (this.#starts.get(key) ?? []).filter((start) => start > hourAgo);
    if (starts.length + (this.#held.get(key) ?? 0) < max) return;
    const times = max === 1 ? 'once' : `${max} times`;
    const waitMs = starts[0] === undefined ? RETRY_MS : starts[0] - hourAgo;
    throw refusal(
      429,
      `You may hear this ${times} within an hour, since each time wears it. Come back later.`,
      Math.ceil(waitMs / 1000),
    );
  }

  #hold(key: string, change: 1 | -1): void {
    const held = (this.#held.get(key) ?? 0) + change;
    if (held > 0) this.#held.set(key, held);
    else this.#held.delete(key);
  }

  #countStart(key: string): void {
    const max = this.#settings.maxListeningsPerHour;
    if (max === 0) return;
    this.#forgetOld();
    const starts = this.#starts.get(key) ?? [];
    // Set anew, so that the map stays in the order of the latest start.
    this.#starts.delete(key);
    this.#starts.set(key, [...starts, this.#now()].slice(-max));
  }

  #leave(address: string): void {
    this.#streams--;
    const ofAddress = (this.#streamsOf.get(address) ?? 0) - 1;
    if (ofAddress > 0) this.#streamsOf.set(address, ofAddress);
    else this.#streamsOf.delete(address);
  }

  #forgetOld(): void {
    const hourAgo = this.#now() - HOUR_MS;
    for (const [key, starts] of this.#starts) {
      if ((starts.at(-1) ?? 0) > hourAgo) return;
      this.#starts.delete(key);
    }
  }
}

function refusal(status: 429 | 503, message: string, retryAfterSeconds: number): HttpError {
  return new HttpError(status, message, { 'Retry-After': String(retryAfterSeconds) });
}
