import fc from 'fast-check';
import type { DropoutKey } from '../../src/dropout/permutation.ts';

/** Any key of a track. */
export const anyKey: fc.Arbitrary<DropoutKey> = fc.uint32Array({ minLength: 4, maxLength: 4 });

/** Any segment of a track. */
export const anySegment = fc.nat({ max: 1_000_000 });

/** Keys that look alike: whatever is to hold for all tracks has to hold for these. */
export const FIXED_KEYS: readonly DropoutKey[] = [
  Uint32Array.of(0, 0, 0, 0),
  Uint32Array.of(0, 0, 0, 1),
  Uint32Array.of(1, 0, 0, 0),
  Uint32Array.of(0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff),
  Uint32Array.of(0x12345678, 0x9abcdef0, 0x0fedcba9, 0x87654321),
];
