import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { droppedFrames, dropoutRate, overallDegradation } from '../../src/dropout/dropout.ts';

const frames = fc.integer({ min: 1, max: 100_000 });
const plays = fc.nat({ max: 300 });
const rate = fc.double({ min: 0.001, max: 100, noNaN: true });

test.each([
  [0, 1, 0],
  [1, 1, 0.01],
  [50, 1, 0.5],
  [100, 1, 1],
  [101, 1, 1],
  [4_000_000_000, 1, 1],
  [1, 50, 0.5],
  [3, 50, 1],
  [1, 100, 1],
  [1, 0.001, 0.00001],
])('%d plays at %d %% a play drop a share of %d', (n, percent, share) => {
  expect(dropoutRate(n, percent)).toBeCloseTo(share, 12);
});

test('exactly the rounded share of a segment is dropped', () => {
  expect([0, 1, 2, 33, 99, 100, 101].map((n) => droppedFrames(22_050, n, 1))).toEqual([
    0, 221, 441, 7_277, 21_830, 22_050, 22_050,
  ]);
  expect([1, 49, 50, 100].map((n) => droppedFrames(1, n, 1))).toEqual([0, 0, 1, 1]);
});

test('no play gives frames back, and none drops more than there are', () => {
  fc.assert(
    fc.property(frames, plays, rate, (size, n, percent) => {
      const now = droppedFrames(size, n, percent);
      const next = droppedFrames(size, n + 1, percent);
      expect(next).toBeGreaterThanOrEqual(now);
      expect(next).toBeLessThanOrEqual(size);
      expect(Math.abs(now - size * Math.min((n * percent) / 100, 1))).toBeLessThanOrEqual(0.5);
    }),
  );
});

test('a segment of any length is gone after a hundred plays at 1 %', () => {
  fc.assert(
    fc.property(frames, (size) => {
      expect(droppedFrames(size, 100, 1)).toBe(size);
      if (size > 50) expect(droppedFrames(size, 99, 1)).toBeLessThan(size);
    }),
  );
});

describe('overall degradation', () => {
  test.each([
    ['is 0 for a track that nobody heard', [0, 0, 0], 1, 0],
    ['is the mean of the segments', [1, 2, 3], 1, 2],
    ['is 100 for silence', [100, 100], 1, 100],
    ['caps each segment at 100 before the mean', [300, 0], 1, 50],
    ['caps at 100 at any rate', [3, 1], 50, 75],
    ['counts plays that are a fraction of a percent', [1, 3], 0.5, 1],
    ['of one segment is its own', [7], 1, 7],
  ])('%s', (_what, counts, percent, expected) => {
    expect(overallDegradation(Uint32Array.from(counts), percent)).toBe(expected);
  });

  test('lies between 0 and 100 and grows with any play', () => {
    const counts = fc.array(plays, { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(counts, rate, fc.nat(), (all, percent, index) => {
        const before = overallDegradation(Uint32Array.from(all), percent);
        const more = Uint32Array.from(all);
        more[index % more.length] = (more[index % more.length] ?? 0) + 1;
        const after = overallDegradation(more, percent);
        expect(before).toBeGreaterThanOrEqual(0);
        expect(after).toBeGreaterThanOrEqual(before);
        expect(after).toBeLessThanOrEqual(100 + 1e-9);
      }),
    );
  });
});
