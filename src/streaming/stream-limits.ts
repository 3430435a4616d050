import { HttpError } from '../http/http-error.ts';

const HOUR_MS = 3_600_000;

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
  /** Times at which listenings began, oldest first, by address and track. */
  readonly #listenings = new Map<string, number[]>();

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
   * Lets a listening begin.
   * @throws HttpError 429 with `Retry-After` where the address has had its share within the hour
   */
  admit(address: string, filename: string): void {
    const max = this.#settings.maxListeningsPerHour;
    const starts = this.#listenings.get(`${address} ${filename}`) ?? [];
    const [oldest] = starts;
    if (max === 0 || starts.length < max || oldest === undefined) return;
    const waitMs = oldest + HOUR_MS - this.#now();
    if (waitMs <= 0) return;
    const times = max === 1 ? 'once' : `${max} times`;
    throw refusal(
      429,
      `You have heard this ${times} within the hour, and each time wears it. Come back later.`,
      Math.ceil(waitMs / 1000),
    );
  }

  /** A listening counted its first segment. */
  countListening(address: string, filename: string): void {
    if (this.#settings.maxListeningsPerHour === 0) return;
    const key = `${address} ${filename}`;
    this.#forgetOld();
    const starts = this.#listenings.get(key) ?? [];
    // Set anew, so that the map stays in the order of the latest start.
    this.#listenings.delete(key);
    this.#listenings.set(key, [...starts, this.#now()].slice(-this.#settings.maxListeningsPerHour));
  }

  #leave(address: string): void {
    this.#streams--;
    const ofAddress = (this.#streamsOf.get(address) ?? 0) - 1;
    if (ofAddress > 0) this.#streamsOf.set(address, ofAddress);
    else this.#streamsOf.delete(address);
  }

  #forgetOld(): void {
    const hourAgo = this.#now() - HOUR_MS;
    for (const [key, starts] of this.#listenings) {
      if ((starts.at(-1) ?? 0) > hourAgo) return;
      this.#listenings.delete(key);
    }
  }
}

function refusal(status: 429 | 503, message: string, retryAfterSeconds: number): HttpError {
  return new HttpError(status, message, { 'Retry-After': String(retryAfterSeconds) });
}
