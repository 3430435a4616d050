import { Listeners } from '../../src/listening/listeners.ts';
import { Listening } from '../../src/listening/listening.ts';
import type { PlayerResponse } from '../../src/listening/player-response.ts';
import { timelineOf } from '../../src/listening/timeline.ts';
import type { Plays } from '../../src/play/plays.ts';
import type { WavLayout } from '../../src/wav/layout.ts';
import { cutSegments } from '../../src/wav/segments.ts';

export const BYTE_RATE = 176_400;
const DATA_OFFSET = 44;
const STEP_S = 0.1;

/** The offset in the file of a second of the audio. */
export const at = (second: number) => DATA_OFFSET + Math.round((second * BYTE_RATE) / 4) * 4;

/** Listeners on one CD-quality track, over connections that take at once what they are given. */
export function simulate({ duration = 180, leadSeconds = 5, rate = 1.25 } = {}) {
  const layout: WavLayout = {
    format: {
      encoding: 'pcm',
      channels: 2,
      sampleRate: 44_100,
      bitsPerSample: 16,
      blockAlign: 4,
      silence: 0,
    },
    fmtBody: Buffer.alloc(16),
    fileSize: at(duration),
    dataOffset: DATA_OFFSET,
    frames: duration * 44_100,
    isCutOff: false,
    title: undefined,
  };
  const segments = cutSegments(layout, 0.5);
  const timeline = timelineOf(layout, segments);
  const heard = new Array<number>(segments.count).fill(0);
  let streams = 0;
  const plays: Plays = {
    counts: new Uint32Array(),
    streams: 0,
    count: (segment) => {
      heard[segment] = (heard[segment] ?? 0) + 1;
    },
    countStream: () => {
      streams++;
    },
    flush: async () => {},
    close: async () => true,
    discard: async () => {},
  };
  const ended: Listening[] = [];
  const listeners = new Listeners({ leadSeconds, rate }, (listening) => ended.push(listening));
  let now = 1_000;

  /** One response: it takes what may be sent until `last` (a file offset) or until it is closed. */
  class Simulated {
    sent: number;
    readonly response: PlayerResponse;
    readonly last: number;
    isOpen = true;

    constructor(first: number, last: number, listener: string) {
      this.sent = first;
      this.last = last;
      this.response = listeners.open(
        {
          listener,
          timeline,
          firstOffset: first,
          isFromStart: first === 0,
          newListening: () =>
            new Listening(
              { filename: 'work.wav', plays },
              { renew: () => {}, release: () => {}, count: () => {} },
            ),
        },
        now,
      );
      open.add(this);
      this.take();
    }

    take(): void {
      while (this.isOpen && this.sent < this.last) {
        const next = Math.min(this.last, this.sent + BYTE_RATE / 2);
        if (!this.response.maySend(next, now)) return;
        this.response.delivered(next, now);
        this.sent = next;
      }
      if (this.isOpen) this.close();
    }

    close(): void {
      this.isOpen = false;
      open.delete(this);
      this.response.close(now);
    }

    /** Seconds of audio that were sent. */
    get sentSeconds(): number {
      return timeline.secondAt(this.sent);
    }
  }

  const open = new Set<Simulated>();
  return {
    listeners,
    ended,
    heard,
    get streams() {
      return streams;
    },
    /** Segments that were counted, by index. */
    get heardSegments() {
      return heard.flatMap((count, segment) => (count > 0 ? [segment] : []));
    },
    get total() {
      return heard.reduce((sum, count) => sum + count, 0);
    },
    request: (first: number, last = at(duration), listener = 'somebody') =>
      new Simulated(first, last, listener),
    /** Lets time pass, with a tick every tenth of a second. */
    wait: (seconds: number) => {
      const steps = Math.round(seconds / STEP_S);
      const begin = now;
      for (let step = 1; step <= steps; step++) {
        now = begin + (seconds * step) / steps;
        listeners.tick(now);
        for (const simulated of [...open]) simulated.take();
      }
    },
  };
}

/** The segments from one second up to another. */
export function segmentsBetween(from: number, to: number): number[] {
  return Array.from({ length: (to - from) * 2 }, (_, i) => from * 2 + i);
}
