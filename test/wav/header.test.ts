import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import wavefile from 'wavefile';
import { fileByteSource } from '../../src/wav/byte-source.ts';
import { parseFrameFormat } from '../../src/wav/frame-format.ts';
import { wavHeader } from '../../src/wav/header.ts';
import { readWavLayout } from '../../src/wav/layout.ts';
import { layoutOf } from '../support/layout-of.ts';
import { bodyOf, chunksOf, extensibleFmt, fmtBody } from '../support/riff.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { type WavSpec, wavFile } from '../support/wav-files.ts';

const FRAMES = 41;
const BIT_DEPTHS = ['8', '16', '24', '32', '32f', '64', '8a', '8m'] as const;
const SPECS = BIT_DEPTHS.flatMap((bitDepth) =>
  [1, 2, 6].map((channels) => ({ bitDepth, channels }) satisfies WavSpec),
);

describe.each(SPECS)('$bitDepth, $channels channels', (spec) => {
  const original = wavFile({ ...spec, frames: FRAMES });
  const fmt = bodyOf(original, 'fmt ');
  const data = bodyOf(original, 'data');
  const frames = data.length / fmt.readUInt16LE(12);
  const head = wavHeader(fmt, frames, data.length);
  const file = Buffer.concat([head, data, Buffer.alloc(data.length % 2)]);

  test('our reader finds the same audio behind the header', async () => {
    const layout = await layoutOf(file);
    expect(layout).toMatchObject({ dataOffset: head.length, frames });
    expect(layout.format).toEqual(parseFrameFormat(fmt));
  });

  test('wavefile reads the same samples', () => {
    const reader = new wavefile.WaveFile(file);
    const samples = new wavefile.WaveFile(original).getSamples(true);
    // It takes the pad byte for a sample.
    expect(reader.getSamples(true).subarray(0, samples.length)).toEqual(samples);
    expect(reader.container).toBe('RIFF');
  });

  test('the sizes add up to the file, chunk by chunk', () => {
    expect(file.readUInt32LE(4)).toBe(file.length - 8);
    const chunks = chunksOf(file);
    const last = chunks.at(-1);
    expect(last).toEqual({ id: 'data', offset: head.length, size: data.length });
    expect(bodyOf(file, 'fmt ').equals(fmt)).toBe(true);
  });
});

test('a format that is not plain PCM says how many frames there are', () => {
  for (const fmt of [fmtBody({ tag: 3, bits: 32 }), extensibleFmt(fmtBody())]) {
    expect(bodyOf(wavHeader(fmt, 1234, 0), 'fact').readUInt32LE()).toBe(1234);
  }
  expect(chunksOf(wavHeader(fmtBody(), 1234, 0)).map(({ id }) => id)).toEqual(['fmt ', 'data']);
});

test('a fmt chunk of odd size gets its pad byte', async () => {
  const fmt = Buffer.concat([fmtBody(), Buffer.alloc(1)]);
  const file = Buffer.concat([wavHeader(fmt, 5, 10), Buffer.alloc(10, 1)]);
  expect(await layoutOf(file)).toMatchObject({ frames: 5, dataOffset: file.length - 10 });
});

describe('around 4 GiB', () => {
  const fmt = fmtBody({ channels: 2 });
  const plainHead = wavHeader(fmt, 0, 0).length;
  const largest = 0xfffffffe - (plainHead - 8);

  test('the largest file whose sizes fit is a RIFF', () => {
    const head = wavHeader(fmt, largest / 4, largest);
    expect(head.toString('latin1', 0, 4)).toBe('RIFF');
    expect(head.readUInt32LE(4)).toBe(0xfffffffe);
    expect(head.readUInt32LE(head.length - 4)).toBe(largest);
  });

  test('from there on it is an RF64 that our reader understands', async () => {
    const dataSize = 2 ** 32 + 4;
    const head = wavHeader(fmt, dataSize / 4, dataSize);
    expect(head.toString('latin1', 0, 4)).toBe('RF64');
    const sizes = new BigUint64Array(Uint8Array.from(bodyOf(head, 'ds64').subarray(0, 24)).buffer);
    expect([...sizes].map(Number)).toEqual([head.length + dataSize - 8, dataSize, dataSize / 4]);
    const file = await open(join(await tempFolder(), 'long.wav'), 'w+');
    try {
      await file.write(head, 0);
      await file.truncate(head.length + dataSize);
      const layout = await readWavLayout(await fileByteSource(file, head.length + dataSize));
      expect(layout).toMatchObject({ dataOffset: head.length, frames: dataSize / 4 });
    } finally {
      await file.close();
    }
  });

  test('one byte more than fits is an RF64 already', () => {
    const head = wavHeader(fmt, 0, largest + 2);
    expect(head.toString('latin1', 0, 4)).toBe('RF64');
  });
});
