import { describe, expect, test } from 'vitest';
import { framePermutation } from '../../src/dropout/permutation.ts';
import { FIXED_KEYS } from '../support/dropout-keys.ts';

const FRAMES = 22_050;
const DROPPED = 220;

/** The frames that the first play of a CD-quality segment drops. */
function firstDropped(key: Uint32Array, segment: number): number[] {
  const frameAt = framePermutation(key, segment, FRAMES);
  return Array.from({ length: DROPPED }, (_, rank) => frameAt(rank));
}

/** In how many frames two choices agree at most, if one of them may be shifted. */
function bestAgreement(a: readonly number[], b: readonly number[]): number {
  const agreements = new Uint16Array(FRAMES);
  for (const i of a) {
    for (const j of b) {
      const shift = (j - i + FRAMES) % FRAMES;
      agreements[shift] = (agreements[shift] ?? 0) + 1;
    }
  }
  return agreements.reduce((most, count) => Math.max(most, count), 0);
}

/**
 * The loudest tone that the gaps make, from 0 to `DROPPED`, which is all of them in step.
 * (The largest magnitude of the discrete Fourier transform, but for its mean.)
 */
function loudestTone(dropped: readonly number[]): number {
  const cosine = Float64Array.from({ length: FRAMES }, (_, i) =>
    Math.cos((2 * Math.PI * i) / FRAMES),
  );
  const quarter = FRAMES / 4;
  let loudest = 0;
  for (let k = 1; k <= FRAMES / 2; k++) {
    let re = 0;
    let im = 0;
    for (const frame of dropped) {
      const phase = (k * frame) % FRAMES;
      re += cosine[phase] as number;
      im += cosine[Math.floor(phase + 3 * quarter) % FRAMES] as number;
    }
    loudest = Math.max(loudest, Math.hypot(re, im));
  }
  return loudest;
}

const CHOICES = FIXED_KEYS.flatMap((key, track) =>
  [0, 1, 2, 360].map((segment) => ({ track, segment, dropped: firstDropped(key, segment) })),
);

describe('the choice sounds like dropout', () => {
  // Gaps without any order add up like a random walk: no frequency gets more than about
  // √(220 · ln 11025) = 45, and 90 has a chance of about 1 in 10^12.
  const BOUND = 90;

  test.each(CHOICES)('no tone: track $track, segment $segment', ({ dropped }) => {
    expect(loudestTone(dropped)).toBeLessThan(BOUND);
  });

  test('a truly random choice stays under the bound as well', () => {
    let state = 1;
    const random = () => {
      state = (Math.imul(state, 48_271) >>> 0) % 0x7fffffff;
      return state / 0x7fffffff;
    };
    const dropped = Array.from({ length: DROPPED }, () => Math.floor(random() * FRAMES));
    expect(loudestTone(dropped)).toBeLessThan(BOUND);
  });

  test.each<[string, (rank: number) => number]>([
    ['every hundredth frame', (rank) => rank * 100],
    ['evenly spread frames', (rank) => Math.floor((rank * FRAMES) / DROPPED)],
    ['every hundredth frame, up to 20 frames off', (rank) => rank * 100 + ((rank * 7) % 21)],
    ['steps of a prime through the segment', (rank) => (rank * 7_919) % FRAMES],
  ])('%s would be a tone', (_what, frameAt) => {
    const dropped = Array.from({ length: DROPPED }, (_, rank) => frameAt(rank));
    expect(loudestTone(dropped)).toBeGreaterThan(BOUND);
  });
});

describe('the choice differs', () => {
  // By chance two choices share 2 frames, and 12 or so at the luckiest shift.
  const BOUND = 30;
  const pairs = CHOICES.flatMap((a, i) => CHOICES.slice(i + 1).map((b) => [a, b] as const));

  test('per track and per segment, and none is another one shifted', () => {
    expect(pairs).toHaveLength(190);
    for (const [a, b] of pairs) {
      const pair = `${a.track}/${a.segment} and ${b.track}/${b.segment}`;
      expect(bestAgreement(a.dropped, b.dropped), pair).toBeLessThan(BOUND);
    }
  });

  test('a shifted copy would be noticed', () => {
    const dropped = firstDropped(FIXED_KEYS[4] as Uint32Array, 0);
    const shifted = dropped.map((frame) => (frame + 1_234) % FRAMES);
    expect(bestAgreement(dropped, shifted)).toBe(DROPPED);
  });
});
