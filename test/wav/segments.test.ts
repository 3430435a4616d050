import fc from 'fast-check';
import { expect, test } from 'vitest';
import { UnusableWavError } from '../../src/wav/errors.ts';
import type { FrameFormat } from '../../src/wav/frame-format.ts';
import type { WavLayout } from '../../src/wav/layout.ts';
import { cutSegments } from '../../src/wav/segments.ts';

/** What cutting needs to know of a WAV. */
function layout(sampleRate: number, frames: number, blockAlign = 4, dataOffset = 44): WavLayout {
  const format = { sampleRate, blockAlign } as FrameFormat;
  return { format, frames, dataOffset } as WavLayout;
}

test('180.5 s of CD quality have 361 segments of 22,050 frames', () => {
  const segments = cutSegments(layout(44_100, 180.5 * 44_100), 0.5);
  expect(segments.count).toBe(361);
  expect(segments.frames(0)).toBe(22_050);
  expect(segments.frames(360)).toBe(22_050);
  expect(segments.length(0)).toBe(88_200);
});

test('one frame more begins another segment, of that frame alone', () => {
  const segments = cutSegments(layout(44_100, 180.5 * 44_100 + 1), 0.5);
  expect(segments.count).toBe(362);
  expect(segments.frames(361)).toBe(1);
  expect(segments.length(361)).toBe(4);
});

test('a track shorter than a segment is one short segment', () => {
  const segments = cutSegments(layout(44_100, 100), 0.5);
  expect(segments.count).toBe(1);
  expect(segments.frames(0)).toBe(100);
});

test.each([
  [11_025, 0.5, 5_513],
  [7_919, 0.5, 3_960],
  [44_100, 0.333, 14_685],
  [1, 0.05, 1],
])('at %d Hz and %d s a segment has %d frames', (sampleRate, duration, frames) => {
  expect(cutSegments(layout(sampleRate, 1_000_000), duration).frames(0)).toBe(frames);
});

test('segments tile the audio exactly, and every byte knows its own', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 200 }),
      fc.integer({ min: 1, max: 3_000 }),
      fc.integer({ min: 1, max: 24 }),
      fc.integer({ min: 12, max: 9_999 }),
      fc.double({ min: 0.2, max: 3, noNaN: true }),
      (sampleRate, frames, blockAlign, dataOffset, duration) => {
        const wav = layout(sampleRate, frames, blockAlign, dataOffset);
        const segments = cutSegments(wav, duration);
        let offset = dataOffset;
        for (let i = 0; i < segments.count; i++) {
          expect(segments.offset(i)).toBe(offset);
          expect(segments.length(i)).toBe(segments.frames(i) * blockAlign);
          expect(segments.frames(i)).toBeGreaterThan(0);
          if (i < segments.count - 1) expect(segments.length(i)).toBe(segments.stride);
          expect(segments.at(offset)).toBe(i);
          offset += segments.length(i);
          expect(segments.at(offset - 1)).toBe(i);
        }
        expect(offset).toBe(dataOffset + frames * blockAlign);
        expect(segments.dataEnd).toBe(offset);
      },
    ),
    { numRuns: 50 },
  );
});

test('a header that makes one segment enormous is refused', () => {
  const absurd = layout(0xffffffff, 2 ** 33);
  expect(() => cutSegments(absurd, 0.5)).toThrow(UnusableWavError);
});

test('an absurd rate over a short file is one segment', () => {
  expect(cutSegments(layout(0xffffffff, 1_000), 0.5).count).toBe(1);
});

test('a header that makes millions of segments is refused', () => {
  expect(() => cutSegments(layout(1, 2_000_000), 0.5)).toThrow(/2000000 segments/);
});
