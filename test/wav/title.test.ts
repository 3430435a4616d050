import { describe, expect, test } from 'vitest';
import { layoutOf } from '../support/layout-of.ts';
import { bodyOf, chunk, infoList, riff } from '../support/riff.ts';
import { wavFile } from '../support/wav-files.ts';

const original = wavFile({ frames: 10 });
const fmt = chunk('fmt ', bodyOf(original, 'fmt '));
const data = chunk('data', bodyOf(original, 'data'));

async function titleOf(...lists: Buffer[]): Promise<string | undefined> {
  return (await layoutOf(riff([fmt, ...lists, data]))).title;
}

function inam(text: Uint8Array): Buffer {
  return infoList({ INAM: text });
}

test('the title is what wavefile wrote as INAM', async () => {
  const file = wavFile({ frames: 10, title: 'First Light' });
  expect((await layoutOf(file)).title).toBe('First Light');
});

describe('a title is read whatever wrote it', () => {
  test.each([
    ['UTF-8', Buffer.from('Größe – 夜明け 🌒'), 'Größe – 夜明け 🌒'],
    ['Windows-1252', Buffer.from([0x47, 0x72, 0xf6, 0xdf, 0x65, 0x20, 0x96, 0x80]), 'Größe –€'],
    ['a NUL at the end', Buffer.from('Dusk\0'), 'Dusk'],
    ['many NULs at the end', Buffer.from('Dusk\0\0\0\0\0\0'), 'Dusk'],
    ['rubbish behind a NUL', Buffer.from([0x44, 0x75, 0x73, 0x6b, 0, 0xff, 0xfe]), 'Dusk'],
    ['blanks around it', Buffer.from('  Dusk \0'), 'Dusk'],
    ['an odd length', Buffer.from('Dawns'), 'Dawns'],
  ])('%s', async (_what, text, title) => {
    expect(await titleOf(inam(text))).toBe(title);
  });
});

test('INAM is found behind other tags, of odd length too', async () => {
  const list = infoList({
    IART: Buffer.from('Somebody'),
    ICMT: Buffer.from('INAM'),
    ISFT: Buffer.from('odd'),
    INAM: Buffer.from('Dusk'),
  });
  expect(await titleOf(list)).toBe('Dusk');
});

test('a LIST of another type names nothing', async () => {
  const adtl = chunk('LIST', Buffer.concat([Buffer.from('adtl'), chunk('INAM', Buffer.from('X'))]));
  expect(await titleOf(adtl)).toBeUndefined();
  expect(await titleOf(adtl, inam(Buffer.from('Dusk')))).toBe('Dusk');
});

test.each([
  ['no tags', []],
  ['an empty INAM', [inam(Buffer.alloc(0))]],
  ['an INAM of nothing but NULs', [inam(Buffer.alloc(8))]],
  ['an INAM of nothing but blanks', [inam(Buffer.from('    '))]],
  ['tags without INAM', [infoList({ IART: Buffer.from('Somebody') })]],
  ['a LIST of no bytes', [chunk('LIST', Buffer.alloc(0))]],
])('%s gives no title', async (_what, lists) => {
  expect(await titleOf(...lists)).toBeUndefined();
});

test('a tag whose size points out of its LIST takes nothing from behind it', async () => {
  const cut = chunk(
    'LIST',
    Buffer.concat([Buffer.from('INFO'), chunk('INAM', Buffer.from('Dusk'), 5000)]),
  );
  expect(await titleOf(cut, chunk('note', Buffer.from('secret')))).toBe('Dusk');
});
