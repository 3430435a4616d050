import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TAIL_S } from '../../src/listening/leg.ts';
import { piecesOf } from '../../src/streaming/pieces.ts';
import { playerCut } from '../../src/streaming/player-cut.ts';
import { wholeFile } from '../../src/streaming/representation.ts';
import { cutSegments } from '../../src/wav/segments.ts';
import { layoutOf } from '../support/layout-of.ts';
import { chunk, fmtBody, riff } from '../support/riff.ts';

const SAMPLE_RATE = 100;
const BLOCK_ALIGN = 4;

const anyListening = fc.record({
  frames: fc.integer({ min: 1, max: 2_500 }),
  from: fc.nat(),
  leadSeconds: fc.integer({ min: 0, max: 20_000 }).map((ms) => ms / 1000),
  segmentDuration: fc.constantFrom<number>(0.1, 0.5, 0.7, 3),
  isLate: fc.boolean(),
});

/** The pieces of a track from somewhere on, and the seconds at which they begin and end. */
async function piecesFor({ frames, from, leadSeconds, segmentDuration, isLate }: Listening) {
  const fmt = fmtBody({ channels: 2, bits: 16, sampleRate: SAMPLE_RATE });
  const data = chunk('data', Buffer.alloc(frames * BLOCK_ALIGN));
  const layout = await layoutOf(riff([chunk('fmt ', fmt), data]));
  const segments = cutSegments(layout, segmentDuration);
  const first = from % layout.fileSize;
  const cut = playerCut(layout.format, segments, first, leadSeconds, () => isLate);
  const range = { first, last: layout.fileSize - 1 };
  const second = (offset: number) =>
    Math.max(offset - segments.dataOffset, 0) / BLOCK_ALIGN / SAMPLE_RATE;
  const pieces = [...piecesOf(wholeFile(layout), segments, range, cut)].map((piece) => {
    if (piece.kind === 'made-up') throw new Error('nothing is made up');
    return { begin: second(piece.offset), end: second(piece.end) };
  });
  return { pieces, begin: second(first), duration: frames / SAMPLE_RATE };
}
type Listening = typeof anyListening extends fc.Arbitrary<infer T> ? T : never;

const FRAME_S = 1 / SAMPLE_RATE;

test('no piece is longer than a second, nor goes over the end of the lead or into the tail', async () => {
  await fc.assert(
    fc.asyncProperty(anyListening, async (listening) => {
      const { pieces, begin, duration } = await piecesFor(listening);
      const tail = duration - TAIL_S;
      const isOver = (border: number, piece: { begin: number; end: number }) =>
        piece.begin < border - 2 * FRAME_S && piece.end > border + 2 * FRAME_S;
      for (const piece of pieces) {
        expect(piece.end - piece.begin).toBeLessThanOrEqual(1 + FRAME_S);
        expect(isOver(begin + listening.leadSeconds, piece)).toBe(false);
        expect(isOver(tail, piece)).toBe(false);
      }
    }),
  );
});

/** Seconds of each piece of a track of 20 s. */
async function lengthsOf(isLate: boolean): Promise<number[]> {
  const listening = { frames: 2_000, from: 0, leadSeconds: 5, segmentDuration: 0.5, isLate };
  const { pieces } = await piecesFor(listening);
  return pieces.map(({ begin, end }) => Math.round((end - begin) * 10) / 10);
}

test('after the lead the pieces are short for a second', async () => {
  const lengths = await lengthsOf(false);
  expect(lengths.slice(0, 5)).toEqual([1, 1, 1, 1, 1]);
  expect(lengths.slice(5, 15)).toEqual(new Array(10).fill(0.1));
  expect(lengths.slice(15, -2).every((length) => length === 1)).toBe(true);
  expect(lengths.at(-1)).toBe(TAIL_S);
});

test('where more is due already they are not', async () => {
  const lengths = await lengthsOf(true);
  expect(lengths.slice(0, -2).every((length) => length === 1)).toBe(true);
});
