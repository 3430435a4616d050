import { Leg, type Pace } from './leg.ts';
import type { Listening } from './listening.ts';
import { PlayerResponse } from './player-response.ts';
import type { Timeline } from './timeline.ts';

/** A request of a player. */
export interface PlayerRequest {
  /** Who asks for what: requests with the same value can be one listening. */
  readonly listener: string;
  readonly timeline: Timeline;
  /** Offset in the file of the first byte asked for. */
  readonly firstOffset: number;
  /** Whether that is the first byte of all. */
  readonly isFromStart: boolean;
  /**
   * Makes a listening for a request that doesn't continue one. What it throws ends the request.
   * @param isCertain false while the request may yet turn out to be the seek of an open response
   */
  readonly newListening: (isCertain: boolean) => Listening;
}

// A browser that seeks opens the new response and closes the old one within this time of each other.
const SEEK_S = 2;
// A request for a little before the listener's ear still goes on from there: browsers align requests
// to 32 KiB.
const BEHIND_S = 1;
// Browsers read tags behind the audio with the last 32 KiB of the file.
const TAGS_S = 1;
const FORGET_S = 60;
// No browser comes back to more responses than this.
const MAX_CLOSED = 16;

/** What is known of one listener: a minute's worth. */
interface Listener {
  readonly open: Set<PlayerResponse>;
  /** In the order in which they closed. */
  closed: PlayerResponse[];
}

/**
 * Tells which requests of players are one listening, and lets their clocks run. It knows nothing of
 * HTTP, and of time only what it is told; all times are seconds of a clock that never goes back.
 */
export class Listeners {
  readonly #pace: Pace;
  readonly #onEnd: (listening: Listening) => void;
  readonly #listeners = new Map<string, Listener>();

  /** @param onEnd called when nothing more can come of a listening */
  constructor(pace: Pace, onEnd: (listening: Listening) => void) {
    this.#pace = pace;
    this.#onEnd = onEnd;
  }

  /** Listeners that are remembered. */
  get size(): number {
    return this.#listeners.size;
  }

  /** A request arrives. */
  open(request: PlayerRequest, now: number): PlayerResponse {
    const listener = this.#listeners.get(request.listener) ?? { open: new Set(), closed: [] };
    for (const { leg } of listener.closed) leg.advance(now);
    const known = request.isFromStart ? undefined : this.#knownLeg(request, listener, now);
    const isPlaced = known !== undefined || request.isFromStart || listener.open.size === 0;
    const leg = known ?? this.#newLeg(request, request.newListening(isPlaced), now);
    const response = new PlayerResponse({
      timeline: request.timeline,
      leg,
      firstOffset: request.firstOffset,
      openedAt: now,
      isPlaced,
      onClose: (closed) => this.#closed(listener, closed),
    });
    listener.open.add(response);
    this.#listeners.set(request.listener, listener);
    return response;
  }

  /** Whether a response of a listening is open. */
  isOpen({ listener }: Pick<PlayerRequest, 'listener'>, listening: Listening): boolean {
    const open = this.#listeners.get(listener)?.open ?? [];
    return [...open].some(({ leg }) => leg.listening === listening);
  }

  /** Lets all clocks run up to `now`, and forgets listeners of whom nothing was heard for a minute. */
  tick(now: number): void {
    for (const [key, listener] of this.#listeners) {
      for (const response of listener.open) {
        response.leg.advance(now);
        if (now - response.openedAt > SEEK_S) response.place();
      }
      for (const { leg } of listener.closed) leg.advance(now);
      this.#forget(listener, now - FORGET_S);
      if (listener.open.size === 0 && listener.closed.length === 0) this.#listeners.delete(key);
    }
  }

  /** Lets all clocks run up to `now` for the last time. */
  end(now: number): void {
    this.tick(now);
    for (const listener of this.#listeners.values()) {
      for (const listening of listeningsOf(listener)) this.#onEnd(listening);
    }
    this.#listeners.clear();
  }

  /** The leg that a request goes on with, or one for a seek; undefined if it is neither. */
  #knownLeg(request: PlayerRequest, listener: Listener, now: number): Leg | undefined {
    const latest = listener.closed.at(-1);
    const isSeek = latest !== undefined && now - latest.closedAt <= SEEK_S;
    const continued = continuedBy(request, listener);
    if (continued !== undefined && !(isSeek && isBehind(request, continued.leg))) {
      return resumed(request, listener, continued, now);
    }
    if (!isSeek) return undefined;
    latest.leg.leave();
    return this.#newLeg(request, latest.leg.listening, now);
  }

  #newLeg({ timeline, firstOffset }: PlayerRequest, listening: Listening, now: number): Leg {
    return new Leg(listening, timeline, this.#pace, timeline.secondAt(firstOffset), now);
  }

  #closed(listener: Listener, response: PlayerResponse): void {
    listener.open.delete(response);
    listener.closed = [...listener.closed, response].slice(-MAX_CLOSED);
    const seek = [...listener.open].find(
      ({ isPlaced, openedAt }) => !isPlaced && response.closedAt - openedAt <= SEEK_S,
    );
    if (seek !== undefined) succeed(response, seek);
  }

  #forget(listener: Listener, before: number): void {
    const kept = listener.closed.filter(({ closedAt }) => closedAt >= before);
    if (kept.length === listener.closed.length) return;
    const known = listeningsOf(listener);
    listener.closed = kept;
    const left = listeningsOf(listener);
    for (const listening of known) if (!left.has(listening)) this.#onEnd(listening);
  }
}

/** The closed response that a request takes up: the one it follows exactly, else the latest. */
function continuedBy(
  { firstOffset }: PlayerRequest,
  { closed }: Listener,
): PlayerResponse | undefined {
  const candidates = closed.filter(({ leg }) => !leg.isOpen);
  return (
    candidates.findLast((response) => response.isFollowedAt(firstOffset)) ??
    candidates.findLast((response) => response.isContinuedAt(firstOffset))
  );
}

/** Whether a request goes back to what was heard already. What a probe was sent was not. */
function isBehind(
  { timeline, firstOffset }: Pick<PlayerRequest, 'timeline' | 'firstOffset'>,
  leg: Leg,
): boolean {
  return !leg.isProbe && timeline.secondAt(firstOffset) < leg.clock - BEHIND_S;
}

/** Takes up a closed response's leg; no other request can take it up again. */
function resumed(
  { timeline, firstOffset }: PlayerRequest,
  listener: Listener,
  continued: PlayerResponse,
  now: number,
): Leg {
  const { leg } = continued;
  const isSibling = (other: PlayerResponse) => other.leg.listening === leg.listening;
  const isElsewhere = [...listener.open].some(isSibling);
  const siblings = listener.closed.filter(isSibling);
  const lastClosed = siblings.at(-1) ?? continued;
  const silence = isElsewhere ? 0 : now - lastClosed.closedAt;
  const continuation = {
    second: timeline.secondAt(firstOffset),
    isAtEnd: continued.isUsedUpAt(firstOffset),
    silence,
    now,
  };
  for (const other of siblings) if (other.leg !== leg) other.leg.leave();
  const wasElsewhere =
    lastClosed.leg !== leg && (leg.isProbe ? isForTags(lastClosed) : silence <= SEEK_S);
  if (wasElsewhere) leg.revisit(continuation);
  else leg.resume(continuation);
  listener.closed = listener.closed.filter((response) => response !== continued);
  return leg;
}

/** Whether a response was for the end of the file, where tags can be. */
function isForTags({ timeline, firstOffset }: PlayerResponse): boolean {
  return timeline.secondAt(firstOffset) > timeline.duration - TAGS_S;
}

/** What opened just before a response closed was the listener's seek, or goes on with it. */
function succeed(closed: PlayerResponse, successor: PlayerResponse): void {
  successor.leg.listening.right?.release();
  successor.leg.listening = closed.leg.listening;
  successor.place();
  closed.leg.leave();
  const isContinued = closed.isContinuedAt(successor.firstOffset);
  if (isContinued && !isBehind(successor, closed.leg)) successor.leg.inherit(closed.leg);
}

function listeningsOf({ open, closed }: Listener): Set<Listening> {
  return new Set([...open, ...closed].map(({ leg }) => leg.listening));
}
