import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { layoutOf } from '../support/layout-of.ts';
import { bodyOf, chunk, fmtBody, infoList, riff } from '../support/riff.ts';
import { wavFile } from '../support/wav-files.ts';

const original = wavFile({ frames: 100 });
const fmt = chunk('fmt ', bodyOf(original, 'fmt '));
const audio = bodyOf(original, 'data');
const data = chunk('data', audio);
const list = infoList({ INAM: Buffer.from('Dusk'), ICMT: Buffer.from('data fmt RIFF') });
const odd = chunk('junk', Buffer.from('seven b'));
const empty = chunk('PAD ', Buffer.alloc(0));
const fake = chunk('note', data);

describe('the audio is found wherever the data chunk stands', () => {
  const orders = {
    'fmt, data': [fmt, data],
    'fmt, LIST, data': [fmt, list, data],
    'LIST, fmt, data': [list, fmt, data],
    'fmt, data, LIST': [fmt, data, list],
    'data, fmt': [data, fmt],
    'data, LIST, fmt': [data, list, fmt],
    'a chunk of odd size, its pad byte, fmt, data': [odd, fmt, data],
    'fmt, a chunk of odd size, its pad byte, data': [fmt, odd, data],
    'fmt, an empty chunk, data': [fmt, empty, data],
    'a chunk that holds a whole data chunk, fmt, data': [fake, fmt, data],
    'everything around it': [odd, list, fmt, empty, fake, data, odd, list, empty],
  };
  test.each(Object.entries(orders))('%s', async (_order, chunks) => {
    const file = riff(chunks);
    const layout = await layoutOf(file);
    expect(layout).toMatchObject({ frames: 100, fileSize: file.length });
    expect(layout.format).toMatchObject({ channels: 2, sampleRate: 44_100, blockAlign: 4 });
    const found = file.subarray(layout.dataOffset, layout.dataOffset + audio.length);
    expect(found.equals(audio)).toBe(true);
  });
});

test('any chunks in any order around it never move the audio', async () => {
  const id = fc
    .string({ minLength: 4, maxLength: 4, unit: 'grapheme-ascii' })
    .filter((text) => !['fmt ', 'data', 'LIST'].includes(text));
  const other = fc.record({ id, body: fc.uint8Array({ maxLength: 99 }) });
  const others = fc.array(other, { maxLength: 4 });
  const samples = fc.uint8Array({ minLength: 1, maxLength: 99 });
  await fc.assert(
    fc.asyncProperty(
      fc.tuple(others, others, others),
      samples,
      fc.boolean(),
      async ([first, second, third], bytes, fmtIsFirst) => {
        const around = (run: typeof first) => run.map((one) => chunk(one.id, one.body));
        const audioChunk = chunk('data', bytes);
        const fmtChunk = chunk('fmt ', fmtBody({ bits: 8 }));
        const pair = fmtIsFirst ? [fmtChunk, audioChunk] : [audioChunk, fmtChunk];
        const [one, two] = pair as [Buffer, Buffer];
        const before = [...around(first), one, ...around(second)];
        const file = riff([...before, two, ...around(third)]);
        const layout = await layoutOf(file);
        const precede = fmtIsFirst ? before : around(first);
        expect(layout.dataOffset).toBe(12 + Buffer.concat(precede).length + 8);
        expect(layout.frames).toBe(bytes.length);
      },
    ),
    { numRuns: 200 },
  );
});

test('tags behind audio of odd length are found behind its pad byte', async () => {
  const file = riff([chunk('fmt ', fmtBody({ bits: 8 })), chunk('data', Buffer.alloc(7, 1)), list]);
  expect(await layoutOf(file)).toMatchObject({ frames: 7, title: 'Dusk' });
});

test('audio of odd length at the end of the file needs no pad byte', async () => {
  const file = riff([chunk('fmt ', fmtBody({ bits: 8 })), chunk('data', Buffer.alloc(7, 1))]);
  expect(await layoutOf(file.subarray(0, -1))).toMatchObject({ frames: 7 });
});

test('bytes at the end that are no whole frame are no audio', async () => {
  const file = riff([fmt, chunk('data', Buffer.alloc(4 * 9 + 3, 1))]);
  expect(await layoutOf(file)).toMatchObject({ frames: 9 });
});

test.each([
  ['without a fmt chunk', [data], /fmt/],
  ['without a data chunk', [fmt, list], /data/],
  ['of which nothing follows the form header', [], /fmt/],
])('a file %s is refused with that reason', async (_what, chunks, reason) => {
  await expect(layoutOf(riff(chunks))).rejects.toThrow(reason);
});
