import { expect, test } from 'vitest';
import {
  agree,
  countedWrongly,
  expectedPlays,
  inRuns,
  tooFew,
  tooMany,
  unionOf,
} from './support/expected-plays.ts';

const GRID = { duration: 3.2, segment_duration: 0.5, total_segments: 7 };

test('a segment was played by every pass that covers it', () => {
  expect(expectedPlays([], GRID)).toEqual([0, 0, 0, 0, 0, 0, 0]);
  expect(expectedPlays([[0, 1.6]], GRID)).toEqual([1, 1, 1, 0, 0, 0, 0]);
  expect(
    expectedPlays(
      [
        [0, 1],
        [2.2, 3.2],
        [0.4, 1.5],
      ],
      GRID,
    ),
  ).toEqual([1, 2, 1, 0, 0, 1, 1]);
});

test('positions may be off by a buffer, not by more', () => {
  expect(expectedPlays([[0.02, 3.18]], GRID)).toEqual([1, 1, 1, 1, 1, 1, 1]);
  expect(expectedPlays([[0.04, 3.16]], GRID)).toEqual([0, 1, 1, 1, 1, 1, 0]);
});

test('plays too many and plays too few are both wrong', () => {
  expect(countedWrongly([1, 1, 2, 0], [1, 2, 0, 0])).toBe(3);
  expect(tooMany([1, 1, 2, 0], [1, 2, 0, 0])).toBe(2);
  expect(tooFew([1, 1, 2, 0], [1, 2, 0, 0])).toBe(1);
});

test('passes that overlap or touch are one stretch', () => {
  const passes = [
    [30, 34],
    [0, 4],
    [2, 5],
    [5, 6],
  ] as const;
  expect(unionOf(passes)).toEqual([
    [0, 6],
    [30, 34],
  ]);
});

test('stretches agree where every bound does', () => {
  expect(agree([[0, 4]], [[0.05, 3.95]])).toBe(true);
  expect(agree([[0, 4]], [[0, 4.2]])).toBe(false);
  expect(agree([[0, 4]], [])).toBe(false);
});

test('counts are told in runs of segments', () => {
  expect(inRuns([0, 0])).toBe('nothing');
  expect(inRuns([1, 1, 1, 0, 2, 3, 3])).toBe('1 × 0–2, 2 × 4, 3 × 5–6');
});
