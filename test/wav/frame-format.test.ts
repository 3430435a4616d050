import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UnusableWavError } from '../../src/wav/errors.ts';
import { parseFrameFormat } from '../../src/wav/frame-format.ts';
import { bodyOf, extensibleFmt, type FmtSpec, fmtBody } from '../support/riff.ts';
import { type WavSpec, wavFile } from '../support/wav-files.ts';

const PCM = 1;
const FLOAT = 3;
const A_LAW = 6;
const MU_LAW = 7;

type BitDepth = NonNullable<WavSpec['bitDepth']>;
const SILENCES: Record<BitDepth, { encoding: string; silence: number }> = {
  '8': { encoding: 'pcm', silence: 0x80 },
  '16': { encoding: 'pcm', silence: 0 },
  '24': { encoding: 'pcm', silence: 0 },
  '32': { encoding: 'pcm', silence: 0 },
  '32f': { encoding: 'float', silence: 0 },
  '64': { encoding: 'float', silence: 0 },
  '8a': { encoding: 'a-law', silence: 0xd5 },
  '8m': { encoding: 'µ-law', silence: 0xff },
};
const ENCODED = Object.entries(SILENCES).flatMap(([bitDepth, expected]) =>
  [1, 2, 6].map((channels) => ({ bitDepth: bitDepth as BitDepth, channels, ...expected })),
);

describe.each(ENCODED)('$bitDepth, $channels channels', ({ bitDepth, channels, ...expected }) => {
  const sampleRate = 48_000;
  const fmt = bodyOf(wavFile({ bitDepth, channels, sampleRate, frames: 3 }), 'fmt ');
  const bits = Number.parseInt(bitDepth, 10);
  const format = { ...expected, channels, sampleRate, bitsPerSample: bits };

  test('as wavefile writes it, its silence is known', () => {
    expect(parseFrameFormat(fmt)).toEqual({ ...format, blockAlign: (channels * bits) / 8 });
  });

  test('as WAVE_FORMAT_EXTENSIBLE it is the same', () => {
    expect(parseFrameFormat(extensibleFmt(fmt))).toEqual(parseFrameFormat(fmt));
  });
});

describe('the container decides how many bytes a sample has', () => {
  test.each<[string, FmtSpec, number]>([
    ['12 bits in 2 bytes', { bits: 12, blockAlign: 2 }, 0],
    ['20 bits in 3 bytes', { bits: 20, blockAlign: 3 }, 0],
    ['24 bits in 4 bytes', { bits: 24, blockAlign: 4 }, 0],
    ['6 bits in 1 byte', { bits: 6, blockAlign: 1 }, 0x80],
    ['64 channels', { channels: 64, bits: 24 }, 0],
    ['1 Hz', { sampleRate: 1 }, 0],
  ])('%s', (_what, spec, silence) => {
    const fmt = fmtBody(spec);
    expect(parseFrameFormat(fmt)).toMatchObject({ silence, blockAlign: fmt.readUInt16LE(12) });
  });

  test('20 valid bits in the 24 of an extensible fmt', () => {
    const fmt = extensibleFmt(fmtBody({ bits: 24 }), { validBits: 20 });
    expect(parseFrameFormat(fmt)).toMatchObject({ encoding: 'pcm', blockAlign: 3, silence: 0 });
  });
});

test('an ambisonic B-format file is PCM', () => {
  const subtype = Buffer.from('00002107d3118644c8c1ca000000', 'hex');
  const fmt = extensibleFmt(fmtBody({ channels: 4, bits: 24 }), { subtype });
  expect(parseFrameFormat(fmt)).toMatchObject({ encoding: 'pcm', channels: 4, blockAlign: 12 });
});

test.each([16, 17, 18, 20, 22, 40, 41, 100, 1024])(
  'a fmt chunk of %d bytes is read as far as it is known',
  (size) => {
    const fmt = Buffer.alloc(size);
    fmt.set(fmtBody({ channels: 2, bits: 24 }));
    expect(parseFrameFormat(fmt)).toMatchObject({ channels: 2, blockAlign: 6, silence: 0 });
  },
);

describe('what can not decay is refused, and the reason names the format', () => {
  test.each<[string, FmtSpec, RegExp]>([
    ['Microsoft ADPCM', { tag: 2, bits: 4, blockAlign: 256 }, /0x0002/],
    ['IMA ADPCM', { tag: 0x11, bits: 4, blockAlign: 256 }, /0x0011/],
    ['MP3', { tag: 0x55, bits: 0, blockAlign: 1 }, /0x0055/],
    ['GSM 6.10', { tag: 0x31, bits: 0, blockAlign: 65 }, /0x0031/],
    ['no format at all', { tag: 0 }, /0x0000/],
    ['PCM of 64 bits', { tag: PCM, bits: 64 }, /64 bits/],
    ['PCM of 0 bits', { tag: PCM, bits: 0, blockAlign: 2 }, /0 bits/],
    ['PCM of more bits than its bytes hold', { tag: PCM, bits: 24, blockAlign: 2 }, /24 bits/],
    ['PCM of 8 bits in 2 bytes', { tag: PCM, bits: 8, blockAlign: 2 }, /8 bits/],
    ['PCM whose bytes can’t be shared by its channels', { channels: 2, blockAlign: 3 }, /3 bytes/],
    ['PCM with frames of no bytes', { blockAlign: 0 }, /0 bytes/],
    ['float of 16 bits', { tag: FLOAT, bits: 16 }, /16 bits/],
    ['float of 32 bits in 8 bytes', { tag: FLOAT, bits: 32, blockAlign: 8 }, /32 bits/],
    ['A-law of 16 bits', { tag: A_LAW, bits: 16 }, /0x0006/],
    ['µ-law of 16 bits', { tag: MU_LAW, bits: 16 }, /0x0007/],
    ['no channels', { channels: 0, blockAlign: 2 }, /0 channels/],
    ['no frames a second', { sampleRate: 0 }, /0 Hz/],
  ])('%s', (_what, spec, reason) => {
    expect(() => parseFrameFormat(fmtBody(spec))).toThrow(UnusableWavError);
    expect(() => parseFrameFormat(fmtBody(spec))).toThrow(reason);
  });

  test('ADPCM as an extensible sub-format', () => {
    const fmt = extensibleFmt(fmtBody({ tag: 2, bits: 4, blockAlign: 256 }));
    expect(() => parseFrameFormat(fmt)).toThrow(/0x0002/);
  });

  test('a sub-format that nobody knows', () => {
    const fmt = extensibleFmt(fmtBody(), { subtype: Buffer.alloc(14, 0xab) });
    expect(() => parseFrameFormat(fmt)).toThrow(UnusableWavError);
  });

  test('an extensible fmt without its extension', () => {
    const fmt = extensibleFmt(fmtBody()).subarray(0, 18);
    expect(() => parseFrameFormat(fmt)).toThrow(UnusableWavError);
  });
});

test('no bytes of a fmt chunk do anything but be read or be refused', () => {
  const tag = fc.constantFrom(PCM, FLOAT, A_LAW, MU_LAW, 0xfffe, 2, 0x55);
  const body = fc.uint8Array({ maxLength: 64 });
  fc.assert(
    fc.property(tag, body, fc.boolean(), (tagValue, bytes, isTagged) => {
      const fmt = Buffer.from(bytes);
      if (isTagged && fmt.length >= 2) fmt.writeUInt16LE(tagValue, 0);
      try {
        const { blockAlign, channels } = parseFrameFormat(fmt);
        expect(blockAlign).toBeGreaterThanOrEqual(channels);
      } catch (error) {
        expect(error).toBeInstanceOf(UnusableWavError);
      }
    }),
    { numRuns: 500 },
  );
});
