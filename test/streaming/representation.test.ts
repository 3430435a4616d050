import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import wavefile from 'wavefile';
import { fromSegment, segmentAtSecond, wholeFile } from '../../src/streaming/representation.ts';
import { cutSegments } from '../../src/wav/segments.ts';
import { layoutOf } from '../support/layout-of.ts';
import { bodyOf, chunk, chunksOf, fmtBody, infoList, riff } from '../support/riff.ts';
import { wavFile } from '../support/wav-files.ts';

const SAMPLE_RATE = 44_100;

async function trackOf(frames: number, sampleRate = SAMPLE_RATE) {
  const data = chunk('data', Buffer.alloc(frames));
  const layout = await layoutOf(riff([chunk('fmt ', fmtBody({ bits: 8, sampleRate })), data]));
  return { layout, segments: cutSegments(layout, 0.5) };
}

describe('the segment of a second', async () => {
  const { layout, segments } = await trackOf(10.25 * SAMPLE_RATE);
  test.each([
    [0, 0],
    [0.4999, 0],
    [0.5, 1],
    [0.999, 1],
    [2.3, 4],
    [9.999, 19],
    [10, 20],
    [10.2499, 20],
  ])('%d s is in segment %d', (second, segment) => {
    expect(segmentAtSecond(second, layout, segments)).toBe(segment);
  });

  test.each([10.25, 10.3, 11, 1e9, Number.POSITIVE_INFINITY])('%d s is past the end', (second) => {
    expect(segmentAtSecond(second, layout, segments)).toBeUndefined();
  });
});

test('the second at which a segment begins leads to it, at any rate', async () => {
  const rates = fc.constantFrom(8_000, 11_025, 22_050, 44_100, 48_000, 96_000, 7_919);
  await fc.assert(
    fc.asyncProperty(rates, fc.nat({ max: 9 }), async (sampleRate, index) => {
      const { layout, segments } = await trackOf(5 * sampleRate, sampleRate);
      const segment = index % segments.count;
      const frame = segments.offset(segment) - segments.dataOffset;
      expect(segmentAtSecond(frame / sampleRate, layout, segments)).toBe(segment);
      if (segment > 0) {
        expect(segmentAtSecond((frame - 0.5) / sampleRate, layout, segments)).toBe(segment - 1);
      }
    }),
    { numRuns: 60 },
  );
});

test('the whole file is itself', async () => {
  const { layout } = await trackOf(100);
  expect(wholeFile(layout)).toMatchObject({ size: layout.fileSize, fileStart: 0 });
});

describe('a WAV that begins at a later segment', () => {
  test('has the rest of the audio, and nothing of what stands around it', async () => {
    const original = wavFile({ sampleRate: 8_000, frames: 13_000 });
    const tags = infoList({ INAM: Buffer.from('Dusk') });
    const fmt = chunk('fmt ', bodyOf(original, 'fmt '));
    const file = riff([tags, fmt, chunk('data', bodyOf(original, 'data')), tags]);
    const layout = await layoutOf(file);
    const { head, fileStart, fileEnd, tail, size } = fromSegment(
      layout,
      cutSegments(layout, 0.5),
      2,
    );
    const part = Buffer.concat([head, file.subarray(fileStart, fileEnd), tail]);
    expect(part.length).toBe(size);
    expect(chunksOf(part).map(({ id }) => id)).toEqual(['fmt ', 'data']);
    const samples = new wavefile.WaveFile(original).getSamples(true);
    expect(new wavefile.WaveFile(part).getSamples(true)).toEqual(samples.slice(2 * 4_000 * 2));
  });

  test('has a pad byte where its audio is of odd length', async () => {
    const { layout, segments } = await trackOf(SAMPLE_RATE + 11);
    const { head, tail, size } = fromSegment(layout, segments, 2);
    expect(tail.equals(Buffer.alloc(1))).toBe(true);
    expect(head.readUInt32LE(head.length - 4)).toBe(11);
    expect(head.readUInt32LE(4)).toBe(size - 8);
  });
});
