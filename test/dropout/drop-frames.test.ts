import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { droppedFrames, dropFrames, type Samples } from '../../src/dropout/dropout.ts';
import { framePermutation } from '../../src/dropout/permutation.ts';
import { anyKey, anySegment } from '../support/dropout-keys.ts';

interface Kind {
  readonly name: string;
  /** Elements of one channel's sample. */
  readonly width: number;
  readonly silence: number;
  /** Samples of which none is silent. */
  readonly create: (length: number) => Samples;
}

const loud = (length: number) => Array.from({ length }, (_, i) => 1 + (i % 100));
const KINDS: Kind[] = [
  { name: 'Int16Array', width: 1, silence: 0, create: (n) => Int16Array.from(loud(n)) },
  { name: 'Int32Array', width: 1, silence: 0, create: (n) => Int32Array.from(loud(n)) },
  { name: 'Float32Array', width: 1, silence: 0, create: (n) => Float32Array.from(loud(n)) },
  { name: 'Float64Array', width: 1, silence: 0, create: (n) => Float64Array.from(loud(n)) },
  { name: 'bytes of 24 bit', width: 3, silence: 0, create: (n) => Uint8Array.from(loud(n)) },
  { name: 'bytes of 8 bit', width: 1, silence: 0x80, create: (n) => Uint8Array.from(loud(n)) },
  { name: 'bytes of A-law', width: 1, silence: 0xd5, create: (n) => Uint8Array.from(loud(n)) },
  { name: 'bytes of µ-law', width: 1, silence: 0xff, create: (n) => Uint8Array.from(loud(n)) },
];

const segmentShape = fc.record({
  key: anyKey,
  segment: anySegment,
  frames: fc.integer({ min: 1, max: 400 }),
  channels: fc.integer({ min: 1, max: 6 }),
  rate: fc.constantFrom(0.4, 1, 3, 7.5, 50, 100),
});
type Shape = typeof segmentShape extends fc.Arbitrary<infer T> ? T : never;
const fewPlays = fc.nat({ max: 130 });

/** One segment of which `original` is kept to compare with. */
function segmentOf(kind: Kind, { key, segment, frames, channels, rate }: Shape) {
  const frameLength = channels * kind.width;
  const original = kind.create(frames * frameLength);
  const samples = original.slice();
  const frameAt = framePermutation(key, segment, frames);
  const ranks = (plays: number) => droppedFrames(frames, plays, rate);
  return {
    original,
    samples,
    drop: (from: number, to: number) =>
      dropFrames(samples, frameLength, kind.silence, frameAt, ranks(from), ranks(to)),
    /** Which frames are silent in all their channels. */
    silent: (): boolean[] =>
      Array.from({ length: frames }, (_, frame) =>
        samples
          .subarray(frame * frameLength, (frame + 1) * frameLength)
          .every((value) => value === kind.silence),
      ),
    expected: (plays: number) => Math.round(frames * Math.min((plays * rate) / 100, 1)),
  };
}

const areSame = (a: Samples, b: Samples) =>
  a.length === b.length && a.every((value, i) => value === b[i]);
const countOf = (flags: boolean[]) => flags.filter(Boolean).length;

describe.each(KINDS)('$name', (kind) => {
  const check = (
    plays: fc.Arbitrary<number[]>,
    property: (shape: Shape, plays: number[]) => void,
  ) => fc.assert(fc.property(segmentShape, plays, property), { numRuns: 100 });

  test('exactly the share of the frames is silent that its plays say', () => {
    check(fc.tuple(fewPlays), (shape, [plays = 0]) => {
      const segment = segmentOf(kind, shape);
      segment.drop(0, plays);
      expect(countOf(segment.silent())).toBe(segment.expected(plays));
    });
  });

  test('a frame is silent in all its channels or as it was: no value is new', () => {
    check(fc.tuple(fewPlays), (shape, [plays = 0]) => {
      const segment = segmentOf(kind, shape);
      segment.drop(0, plays);
      const frameLength = segment.samples.length / shape.frames;
      const silent = segment.silent();
      const expected = segment.original.map((value, i) =>
        silent[Math.floor(i / frameLength)] ? kind.silence : value,
      );
      expect(areSame(segment.samples, expected)).toBe(true);
    });
  });

  test('what is gone stays gone: more plays drop more of the same', () => {
    check(fc.tuple(fewPlays, fewPlays), (shape, [a = 0, b = 0]) => {
      const [few, many] = [segmentOf(kind, shape), segmentOf(kind, shape)];
      few.drop(0, Math.min(a, b));
      many.drop(0, Math.max(a, b));
      const later = many.silent();
      expect(few.silent().every((isSilent, frame) => !isSilent || later[frame])).toBe(true);
    });
  });

  test('any steps, repeated and in any order, end where one step does', () => {
    check(fc.array(fewPlays, { minLength: 1, maxLength: 6 }), (shape, plays) => {
      const most = Math.max(...plays);
      const once = segmentOf(kind, shape);
      const stepwise = segmentOf(kind, shape);
      const shuffled = segmentOf(kind, shape);
      once.drop(0, most);
      for (let play = 0; play < most; play++) stepwise.drop(play, play + 1);
      for (const play of plays) shuffled.drop(0, play);
      expect(areSame(stepwise.samples, once.samples)).toBe(true);
      expect(areSame(shuffled.samples, once.samples)).toBe(true);
    });
  });

  test('to apply a count again changes nothing', () => {
    check(fc.tuple(fewPlays), (shape, [plays = 0]) => {
      const segment = segmentOf(kind, shape);
      segment.drop(0, plays);
      const after = segment.samples.slice();
      segment.drop(0, plays);
      expect(areSame(segment.samples, after)).toBe(true);
    });
  });

  test('in the end all of it is silent', () => {
    check(fc.constant([]), (shape) => {
      const segment = segmentOf(kind, shape);
      segment.drop(0, Math.ceil(100 / shape.rate));
      expect(segment.samples.every((value) => value === kind.silence)).toBe(true);
    });
  });
});
