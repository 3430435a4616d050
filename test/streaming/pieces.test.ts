import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_PIECE_BYTES, type Piece, piecesOf } from '../../src/streaming/pieces.ts';
import { fromSegment, type Representation, wholeFile } from '../../src/streaming/representation.ts';
import { cutSegments } from '../../src/wav/segments.ts';
import { layoutOf } from '../support/layout-of.ts';
import { chunk, fmtBody, riff } from '../support/riff.ts';

const SAMPLE_RATE = 40;
const SEGMENT_DURATION = 0.5;
const FRAMES_EACH = 20;

const anyWav = fc.record({
  channels: fc.integer({ min: 1, max: 3 }),
  bits: fc.constantFrom(8, 16, 24),
  frames: fc.integer({ min: 1, max: 130 }),
  before: fc.nat({ max: 60 }),
  after: fc.nat({ max: 60 }),
  rest: fc.nat({ max: 2 }),
});
type Wav = typeof anyWav extends fc.Arbitrary<infer T> ? T : never;

/** The bytes of a range, of which no two in the file are alike in a row. */
const counting = (length: number) => Buffer.from(Array.from({ length }, (_, i) => (i * 7) % 251));

async function trackOf({ channels, bits, frames, before, after, rest }: Wav) {
  const blockAlign = (channels * bits) / 8;
  const file = riff([
    chunk('junk', counting(before)),
    chunk('fmt ', fmtBody({ channels, bits, sampleRate: SAMPLE_RATE })),
    chunk('data', counting(frames * blockAlign + Math.min(rest, blockAlign - 1))),
    chunk('note', counting(after)),
  ]);
  const layout = await layoutOf(file);
  const segments = cutSegments(layout, SEGMENT_DURATION);
  return { file, layout, segments };
}
type Track = Awaited<ReturnType<typeof trackOf>>;

function bytesOf(representation: Representation, file: Buffer): Buffer {
  const { head, fileStart, fileEnd, tail } = representation;
  return Buffer.concat([head, file.subarray(fileStart, fileEnd), tail]);
}

function read(pieces: Iterable<Piece>, file: Buffer): Buffer {
  const parts = Array.from(pieces, (piece) =>
    piece.kind === 'made-up' ? piece.bytes : file.subarray(piece.offset, piece.end),
  );
  return Buffer.concat(parts);
}

function heard(pieces: Iterable<Piece>): number[] {
  return [...pieces].flatMap((piece) => (piece.kind === 'file' ? piece.ended : []));
}

const upTo = (max: number) => (offset: number) => offset + max;

/** The whole file, or one that begins at some segment. */
function representationOf({ layout, segments }: Track, first: number | undefined) {
  if (first === undefined) return wholeFile(layout);
  return fromSegment(layout, segments, first % segments.count);
}

const anyFirst = fc.option(fc.nat(), { nil: undefined });
/** The most audio in one piece. */
const anyMax = fc.integer({ min: 1, max: 200 });

test('the pieces of any range, one after the other, are the bytes of that range', async () => {
  await fc.assert(
    fc.asyncProperty(
      anyWav,
      anyFirst,
      anyMax,
      fc.nat(),
      fc.nat(),
      async (wav, start, max, a, b) => {
        const track = await trackOf(wav);
        const representation = representationOf(track, start);
        const all = bytesOf(representation, track.file);
        expect(all.length).toBe(representation.size);
        const [first, last] = [a % all.length, b % all.length].sort((x, y) => x - y) as [
          number,
          number,
        ];
        const pieces = piecesOf(representation, track.segments, { first, last }, upTo(max));
        expect(read(pieces, track.file).equals(all.subarray(first, last + 1))).toBe(true);
      },
    ),
    { numRuns: 300 },
  );
});

test('however it is cut into ranges, each segment ends once', async () => {
  const anyCuts = fc.array(fc.nat(), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(anyWav, anyFirst, anyMax, anyCuts, async (wav, start, max, cuts) => {
      const track = await trackOf(wav);
      const representation = representationOf(track, start);
      const { size } = representation;
      const starts = [...new Set([0, ...cuts.map((cut) => cut % size)])].sort((x, y) => x - y);
      const ends = starts.flatMap((first, i) => {
        const range = { first, last: (starts[i + 1] ?? size) - 1 };
        return heard(piecesOf(representation, track.segments, range, upTo(max)));
      });
      const { count } = track.segments;
      const from = start === undefined ? 0 : start % count;
      expect(ends).toEqual(Array.from({ length: count - from }, (_, i) => from + i));
    }),
    { numRuns: 300 },
  );
});

test('pieces of audio end where they must, with a segment or inside the one they begin in', async () => {
  await fc.assert(
    fc.asyncProperty(anyWav, anyFirst, anyMax, async (wav, start, max) => {
      const track = await trackOf(wav);
      const { segments } = track;
      const representation = representationOf(track, start);
      const range = { first: 0, last: representation.size - 1 };
      for (const piece of piecesOf(representation, segments, range, upTo(max))) {
        if (piece.kind === 'made-up') continue;
        const { end } = piece;
        const offset = Math.max(piece.offset, segments.dataOffset);
        expect(end).toBeGreaterThan(piece.offset);
        if (piece.segments.length === 0) {
          expect(piece.ended).toEqual([]);
          expect(piece.offset >= segments.dataEnd).toBe(true);
        } else {
          const endOf = (segment: number) => segments.offset(segment) + segments.length(segment);
          const [first = -1] = piece.segments;
          const last = piece.segments.at(-1) ?? -1;
          expect(end - offset).toBeLessThanOrEqual(max);
          expect([segments.at(offset), segments.at(end - 1)]).toEqual([first, last]);
          expect(piece.segments).toEqual(
            Array.from({ length: last - first + 1 }, (_, i) => first + i),
          );
          expect(piece.ended).toEqual(piece.segments.filter((segment) => endOf(segment) <= end));
          if (first !== last) expect(piece.ended).toEqual(piece.segments);
        }
      }
    }),
    { numRuns: 100 },
  );
});

describe('which segments a range ends', async () => {
  const track = await trackOf({ channels: 1, bits: 8, frames: 50, before: 0, after: 9, rest: 0 });
  const { dataOffset, dataEnd } = track.segments;
  const lastOf = (segment: number) => dataOffset + (segment + 1) * FRAMES_EACH - 1;
  test.each([
    ['the header', 0, dataOffset - 1, []],
    ['all but the last byte of the first segment', 0, lastOf(0) - 1, []],
    ['up to the last byte of the first segment', 0, lastOf(0), [0]],
    ['the last byte of the first segment alone', lastOf(0), lastOf(0), [0]],
    ['from the second segment on', lastOf(0) + 1, lastOf(1), [1]],
    ['the short last segment', lastOf(1) + 1, dataEnd - 1, [2]],
    ['the tags behind the audio', dataEnd, track.file.length - 1, []],
    ['all of it', 0, track.file.length - 1, [0, 1, 2]],
  ])('%s', (_what, first, last, segments) => {
    for (const max of [1, 7, 1_000]) {
      const pieces = piecesOf(wholeFile(track.layout), track.segments, { first, last }, upTo(max));
      expect(heard(pieces)).toEqual(segments);
    }
  });
});

test('an ordinary header goes out with the first of the audio, a range of it alone', async () => {
  const track = await trackOf({ channels: 1, bits: 8, frames: 50, before: 60, after: 0, rest: 0 });
  const { dataOffset } = track.segments;
  const representation = wholeFile(track.layout);
  const cuts: number[] = [];
  const cut = (offset: number) => {
    cuts.push(offset);
    return offset + FRAMES_EACH;
  };
  const all = { first: 0, last: representation.size - 1 };
  const [piece] = piecesOf(representation, track.segments, all, cut);
  expect(piece).toEqual({
    kind: 'file',
    offset: 0,
    end: dataOffset + FRAMES_EACH,
    segments: [0],
    ended: [0],
  });
  expect(cuts).toEqual([dataOffset]);
  const header = { first: 0, last: dataOffset - 1 };
  expect([...piecesOf(representation, track.segments, header, cut)]).toEqual([
    { kind: 'file', offset: 0, end: dataOffset, segments: [], ended: [] },
  ]);
});

test('whatever a cut allows, no piece of the file is longer than it may be', async () => {
  const picture = chunk('id3 ', counting(3_000_000));
  const audio = chunk('data', counting(700_000));
  const file = riff([picture, chunk('fmt ', fmtBody()), audio, picture]);
  const layout = await layoutOf(file);
  const range = { first: 0, last: file.length - 1 };
  for (const cut of [upTo(1_000), upTo(Number.POSITIVE_INFINITY)]) {
    const pieces = [...piecesOf(wholeFile(layout), cutSegments(layout, 0.5), range, cut)];
    const lengths = pieces.map((piece) => (piece.kind === 'file' ? piece.end - piece.offset : 0));
    expect(Math.max(...lengths)).toBe(MAX_PIECE_BYTES);
    expect(read(pieces, file).equals(file)).toBe(true);
  }
});
