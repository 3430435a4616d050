import { setImmediate } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { type PieceBytes, PieceReader } from '../../src/streaming/piece-reader.ts';
import { type FilePiece, piecesOf } from '../../src/streaming/pieces.ts';
import { wholeFile } from '../../src/streaming/representation.ts';
import { noiseTrack, SEGMENT_BYTES } from '../support/noise-track.ts';
import { trackOnDisk } from '../support/track-on-disk.ts';

const SEGMENTS = 64;
const noise = noiseTrack(SEGMENTS);

/** A track of which each piece is a segment, and a reader of it that nobody else uses. */
async function readable() {
  const { audio, wav, segments, locks } = await trackOnDisk(noise);
  const { handle, close } = await audio.file.open();
  onTestFinished(close);
  const all = { first: 0, last: noise.wav.length - 1 };
  const cut = (offset: number) => offset + SEGMENT_BYTES;
  const pieces = [...piecesOf(wholeFile(wav.layout), segments, all, cut)] as FilePiece[];
  const reader = new PieceReader();
  const read = (piece: FilePiece, neededAt: number) => reader.read(piece, audio, handle, neededAt);
  return { pieces, read, audio, locks };
}

function expectBytes({ offset, end }: FilePiece, { bytes }: PieceBytes): void {
  expect(bytes.equals(noise.wav.subarray(offset, end))).toBe(true);
}

test('what is needed first is read first, whoever came before', async () => {
  const { pieces, read, audio } = await readable();
  const reads = vi.spyOn(audio.file, 'read');
  // Neither in order nor the other way round.
  const neededAt = (i: number) => (i * 37) % SEGMENTS;
  const answers = await Promise.all(pieces.map((piece, i) => read(piece, neededAt(i))));
  for (const [i, piece] of pieces.entries()) expectBytes(piece, answers[i] as PieceBytes);
  const order = reads.mock.calls.map(([, offset]) =>
    neededAt(pieces.findIndex((piece) => piece.offset === offset)),
  );
  // The first found places free.
  const places = order.slice(0, 4);
  expect(places).toEqual([0, 1, 2, 3].map(neededAt));
  expect(order.slice(4)).toEqual(order.slice(4).sort((a, b) => a - b));
});

test('one piece a turn of the event loop is handed out', async () => {
  const { pieces, read } = await readable();
  let handedOut = 0;
  const reading = Promise.all(
    pieces.map(async (piece) => {
      await read(piece, 0);
      handedOut++;
    }),
  );
  let most = 0;
  while (handedOut < pieces.length) {
    const before = handedOut;
    await setImmediate();
    most = Math.max(most, handedOut - before);
  }
  await reading;
  expect(most).toBe(1);
});

test('whoever waits for a lock keeps nobody else from reading', async () => {
  const { pieces, read, locks } = await readable();
  const [locked, ...others] = pieces as [FilePiece, ...FilePiece[]];
  let letGo = () => {};
  const held = locks.runExclusive(0, () => new Promise<void>((resolve) => (letGo = resolve)));
  const waiting = Array.from({ length: 50 }, () => read(locked, 0));
  for (const piece of others) expectBytes(piece, await read(piece, 1));
  letGo();
  await held;
  for (const bytes of await Promise.all(waiting)) expectBytes(locked, bytes);
});

test('whoever is sent one piece after the other needs one buffer, one that is lost is replaced', async () => {
  const { pieces, read } = await readable();
  const buffers = new Set<ArrayBufferLike>();
  for (let round = 0; round < 20; round++) {
    for (const piece of pieces) {
      const answer = await read(piece, 0);
      expectBytes(piece, answer);
      buffers.add(answer.bytes.buffer);
      answer.giveBack();
    }
  }
  expect(buffers.size).toBe(1);

  // A listener who left may still look at it: nothing else may be read into it.
  const [first, second] = pieces as [FilePiece, FilePiece];
  const lost = await read(first, 0);
  const next = await read(second, 0);
  expect(next.bytes.buffer).not.toBe(lost.bytes.buffer);
  expectBytes(first, lost);
});

test('a read that fails leaves its place to the others', async () => {
  const { pieces, read } = await readable();
  const [first] = pieces as [FilePiece];
  const behindTheEnd = { ...first, segments: [], ended: [], end: noise.wav.length + 9 };
  const piece = { ...behindTheEnd, offset: noise.wav.length };
  const failed = await Promise.allSettled(Array.from({ length: 20 }, () => read(piece, 0)));
  expect(failed.every(({ status }) => status === 'rejected')).toBe(true);
  expectBytes(first, await read(first, 0));
});
