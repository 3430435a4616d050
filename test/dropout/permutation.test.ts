import fc from 'fast-check';
import { expect, test } from 'vitest';
import { framePermutation } from '../../src/dropout/permutation.ts';
import { anyKey, anySegment, FIXED_KEYS } from '../support/dropout-keys.ts';

function isBijection(frameAt: (rank: number) => number, size: number): boolean {
  const seen = new Uint8Array(size);
  for (let rank = 0; rank < size; rank++) {
    const frame = frameAt(rank);
    if (!(frame >= 0 && frame < size) || seen[frame] === 1) return false;
    seen[frame] = 1;
  }
  return true;
}

test('every frame of a segment of any length has its turn exactly once', () => {
  const size = fc.integer({ min: 1, max: 5_000 });
  fc.assert(
    fc.property(anyKey, anySegment, size, (key, segment, frames) => {
      expect(isBijection(framePermutation(key, segment, frames), frames)).toBe(true);
    }),
    { numRuns: 200 },
  );
});

test.each([1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 255, 256, 257, 4_095, 4_096, 4_097, 22_050])(
  'in a segment of %d frames too, whatever the key',
  (size) => {
    for (const key of FIXED_KEYS) {
      for (let segment = 0; segment < 20; segment++) {
        expect(isBijection(framePermutation(key, segment, size), size)).toBe(true);
      }
    }
  },
);

test('a segment of an hour at 192 kHz is ordered without being listed', () => {
  const size = 3_600 * 192_000;
  const frameAt = framePermutation(FIXED_KEYS[4] as Uint32Array, 0, size);
  const frames = Array.from({ length: 10_000 }, (_, rank) => frameAt(rank));
  expect(new Set(frames).size).toBe(10_000);
  expect(frames.every((frame) => frame >= 0 && frame < size)).toBe(true);
  expect(frames.filter((frame) => frame < size / 2).length / 10_000).toBeCloseTo(0.5, 1);
});

test('the order never changes: it is what files were worn by', () => {
  fc.assert(
    fc.property(anyKey, anySegment, (key, segment) => {
      const [first, again] = [
        framePermutation(key, segment, 999),
        framePermutation(key.slice(), segment, 999),
      ];
      for (let rank = 998; rank >= 0; rank--) expect(again(rank)).toBe(first(rank));
    }),
    { numRuns: 20 },
  );
});
