import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  countSilentRanks,
  droppedFrames,
  dropFrames,
  playsFromSilence,
} from '../../src/dropout/dropout.ts';
import { framePermutation } from '../../src/dropout/permutation.ts';
import { anyKey, anySegment } from '../support/dropout-keys.ts';

const anyFrames = fc.integer({ min: 1, max: 100_000 });
const anyRate = fc.oneof(
  fc.constantFrom(1, 0.5, 3, 10, 33.3, 50, 100),
  fc.double({ min: 0.01, max: 100, noNaN: true }),
);
const anyShare = fc.double({ min: 0, max: 1.2, noNaN: true });

test('a segment long enough tells its plays exactly', () => {
  for (let plays = 0; plays <= 100; plays++) {
    expect(playsFromSilence(22_050, droppedFrames(22_050, plays, 1), 1)).toBe(plays);
  }
});

test('in any segment the plays found drop as many frames as the plays that were', () => {
  fc.assert(
    fc.property(anyFrames, anyRate, anyShare, (frames, rate, share) => {
      const plays = Math.floor((share * 100) / rate);
      const dropped = droppedFrames(frames, plays, rate);
      const found = playsFromSilence(frames, dropped, rate);
      expect(droppedFrames(frames, found, rate)).toBe(dropped);
      if (dropped < frames) expect(found).toBeLessThanOrEqual(plays);
    }),
    { numRuns: 500 },
  );
});

test('silence that no play explains is not taken for one', () => {
  fc.assert(
    fc.property(anyFrames, anyRate, anyShare, (frames, rate, share) => {
      const silentRanks = Math.min(frames, Math.floor(frames * share));
      const found = playsFromSilence(frames, silentRanks, rate);
      expect(droppedFrames(frames, found, rate)).toBeLessThanOrEqual(silentRanks);
      if (silentRanks < frames) {
        expect(droppedFrames(frames, found + 1, rate)).toBeGreaterThanOrEqual(
          droppedFrames(frames, found, rate),
        );
      }
    }),
    { numRuns: 500 },
  );
});

test('a silent segment has had all the plays it can have', () => {
  expect(playsFromSilence(22_050, 22_050, 1)).toBe(100);
  expect(playsFromSilence(1, 1, 1)).toBe(100);
  expect(playsFromSilence(10, 10, 33)).toBe(4);
});

describe('the silent ranks of a segment', () => {
  test('are those that its plays dropped', () => {
    const anySize = fc.integer({ min: 1, max: 3_000 });
    fc.assert(
      fc.property(anyKey, anySegment, anySize, anyShare, (key, segment, frames, share) => {
        const frameAt = framePermutation(key, segment, frames);
        const dropped = Math.min(frames, Math.round(frames * share));
        const samples = new Int16Array(frames * 2).fill(7);
        dropFrames(samples, 2, 0, frameAt, 0, dropped);
        expect(countSilentRanks(samples, 2, 0, frameAt, frames)).toBe(dropped);
      }),
      { numRuns: 100 },
    );
  });

  test('end at a frame that is silent in one channel only', () => {
    const frameAt = (rank: number) => rank;
    expect(countSilentRanks(Int16Array.of(0, 0, 0, 5, 0, 0), 2, 0, frameAt, 3)).toBe(1);
  });

  test('are all of them in silence', () => {
    expect(countSilentRanks(new Uint8Array(30).fill(0x80), 3, 0x80, (rank) => rank, 10)).toBe(10);
  });
});
