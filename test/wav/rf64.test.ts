import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fileByteSource } from '../../src/wav/byte-source.ts';
import { readWavLayout } from '../../src/wav/layout.ts';
import { cutSegments } from '../../src/wav/segments.ts';
import { layoutOf } from '../support/layout-of.ts';
import { bodyOf, chunk, ds64, infoList, rf64, riff, UNKNOWN_SIZE } from '../support/riff.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { wavFile } from '../support/wav-files.ts';

const original = wavFile({ frames: 250 });
const fmt = bodyOf(original, 'fmt ');
const audio = bodyOf(original, 'data');
const title = infoList({ INAM: Buffer.from('Dusk') });

describe.each(['RF64', 'BW64'] as const)('%s', (form) => {
  test('the size of the audio is taken from ds64, so what follows it is no audio', async () => {
    const file = rf64(fmt, audio, { form, after: [title] });
    const layout = await layoutOf(file);
    expect(layout).toMatchObject({ frames: 250, title: 'Dusk' });
    expect(file.subarray(layout.dataOffset).subarray(0, audio.length).equals(audio)).toBe(true);
  });

  test('chunks between ds64 and fmt don’t hide the audio', async () => {
    const file = rf64(fmt, audio, { form, before: [chunk('junk', Buffer.alloc(5)), title] });
    expect(await layoutOf(file)).toMatchObject({ frames: 250 });
  });

  test('a data chunk that knows its own size is believed', async () => {
    const chunks = [ds64(9999, 0), chunk('fmt ', fmt), chunk('data', audio), title];
    expect(await layoutOf(riff(chunks, form, UNKNOWN_SIZE))).toMatchObject({ frames: 250 });
  });

  test.each([
    ['is missing', []],
    ['is cut short', [chunk('ds64', Buffer.alloc(8))]],
    ['points past the end', [ds64(2 ** 52, 2 ** 52)]],
  ])('the audio reaches to the end of the file where ds64 %s', async (_what, sizes) => {
    const chunks = [...sizes, chunk('fmt ', fmt), chunk('data', audio, UNKNOWN_SIZE)];
    expect(await layoutOf(riff(chunks, form, UNKNOWN_SIZE))).toMatchObject({ frames: 250 });
  });
});

test('a ds64 chunk in a plain RIFF means nothing', async () => {
  const chunks = [ds64(8, 8), chunk('fmt ', fmt), chunk('data', audio, UNKNOWN_SIZE)];
  expect(await layoutOf(riff(chunks))).toMatchObject({ frames: 250 });
});

test('a file past 4 GiB has all its segments, and the tags behind its audio are found', async () => {
  const dataSize = 5 * 2 ** 30 + 2;
  const mono = bodyOf(wavFile({ channels: 1, frames: 1 }), 'fmt ');
  const head = rf64(mono, Buffer.alloc(0));
  ds64(dataSize, dataSize + head.length - 8).copy(head, 12);
  const file = await open(join(await tempFolder(), 'long.wav'), 'w+');
  try {
    await file.write(head, 0);
    await file.truncate(head.length + dataSize);
    await file.write(title, 0, title.length, head.length + dataSize);
    const { size } = await file.stat();
    const layout = await readWavLayout(await fileByteSource(file, size));
    expect(layout).toMatchObject({
      dataOffset: head.length,
      frames: dataSize / 2,
      title: 'Dusk',
      fileSize: head.length + dataSize + title.length,
    });
    const segments = cutSegments(layout, 0.5);
    expect(segments.count).toBe(Math.ceil(dataSize / 2 / 22_050));
    expect(segments.dataEnd).toBe(head.length + dataSize);
    expect(segments.at(segments.dataEnd - 1)).toBe(segments.count - 1);
  } finally {
    await file.close();
  }
});
