import { describe, expect, test } from 'vitest';
import { UnusableWavError } from '../../src/wav/errors.ts';
import { layoutOf } from '../support/layout-of.ts';
import { bodyOf, chunk, infoList, riff, UNKNOWN_SIZE } from '../support/riff.ts';
import { wavFile } from '../support/wav-files.ts';

const FRAMES = 300;
const original = wavFile({ frames: FRAMES });
const fmt = chunk('fmt ', bodyOf(original, 'fmt '));
const audio = bodyOf(original, 'data');
const list = infoList({ INAM: Buffer.from('Dusk') });

describe('a data size that is wrong is read as far as the file goes', () => {
  test.each([
    ['0', 0],
    ['0xFFFFFFFF', UNKNOWN_SIZE],
    ['one byte past the end', audio.length + 1],
    ['far past the end', 0x7ffffff0],
  ])('%s', async (_what, size) => {
    const file = riff([fmt, chunk('data', audio, size)]);
    expect(await layoutOf(file)).toMatchObject({ dataOffset: 44, frames: FRAMES });
  });

  test.each([
    ['0', 0],
    ['0xFFFFFFFF', UNKNOWN_SIZE],
  ])('%s, in a file that was cut off in the middle of a frame', async (_what, size) => {
    const file = riff([fmt, chunk('data', audio, size)]).subarray(0, -3);
    expect(await layoutOf(file)).toMatchObject({ frames: FRAMES - 1 });
  });

  test('0, with a form size that is wrong as well', async () => {
    const file = riff([fmt, chunk('data', audio, 0)], 'RIFF', 0);
    expect(await layoutOf(file)).toMatchObject({ frames: FRAMES });
  });
});

describe('a data chunk that is truly empty is no audio', () => {
  test.each([
    ['at the end of the file', []],
    ['before tags', [list]],
    ['before tags whose pad byte is missing', [chunk('id3 ', Buffer.from('a')).subarray(0, -1)]],
    ['before several chunks', [list, chunk('junk', Buffer.alloc(9)), list]],
  ])('%s', async (_where, after) => {
    const file = riff([fmt, chunk('data', Buffer.alloc(0)), ...after]);
    await expect(layoutOf(file)).rejects.toThrow(UnusableWavError);
    await expect(layoutOf(file)).rejects.toThrow('no audio');
  });
});

test('a data chunk smaller than one frame is no audio', async () => {
  const file = riff([fmt, chunk('data', Buffer.alloc(3, 1))]);
  await expect(layoutOf(file)).rejects.toThrow('no audio');
});
