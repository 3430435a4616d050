import { describe, expect, test } from 'vitest';
import {
  bodyOf,
  chunk,
  chunksOf,
  ds64,
  extensibleFmt,
  fmtBody,
  infoList,
  rf64,
  riff,
  UNKNOWN_SIZE,
} from './support/riff.ts';
import { serve } from './support/serve.ts';
import { type WavSpec, wavFile } from './support/wav-files.ts';
import { type AudioPlace, framesOfSegments, wearOf } from './support/wear.ts';

type BitDepth = NonNullable<WavSpec['bitDepth']>;
const SILENCES: Record<BitDepth, number> = {
  '8': 0x80,
  '16': 0,
  '24': 0,
  '32': 0,
  '32f': 0,
  '64': 0,
  '8a': 0xd5,
  '8m': 0xff,
};
const BIT_DEPTHS = Object.keys(SILENCES) as BitDepth[];
const CHANNELS = [1, 2, 6];
const SAMPLE_RATES = [8_000, 11_025, 7_919, 22_050, 44_100, 48_000, 4_001];

/** Where wavefile put the audio, in a file that says so truly. */
function placeOf(file: Buffer, silence: number): AudioPlace {
  const fmt = bodyOf(file, 'fmt ');
  const data = chunksOf(file).find(({ id }) => id === 'data');
  if (data === undefined) throw new Error('no data chunk');
  const blockAlign = fmt.readUInt16LE(12);
  return {
    offset: data.offset,
    frames: Math.floor(data.size / blockAlign),
    blockAlign,
    framesEach: Math.round(fmt.readUInt32LE(4) * 0.5),
    silence,
  };
}

/** Serves a file to one listener after the other, and returns it as it is after each. */
async function listenTo(original: Buffer, listenings: number, rate: string): Promise<Buffer[]> {
  const server = await serve({ files: { 'work.wav': original }, env: { DEGRADATION_RATE: rate } });
  const after: Buffer[] = [];
  for (let n = 0; n < listenings; n++) {
    const { status, body } = await server.request('/stream/work.wav');
    expect(status).toBe(200);
    expect(body.equals(after.at(-1) ?? original)).toBe(true);
    await server.json('/stats/work.wav');
    after.push(await server.audio('work.wav'));
  }
  return after;
}

async function expectDecay(original: Buffer, place: AudioPlace): Promise<void> {
  const frames = framesOfSegments(place);
  expect(wearOf(original, original, place).silent).toEqual(frames.map(() => 0));

  const [worn] = await listenTo(original, 1, '1');
  expect(wearOf(original, worn as Buffer, place)).toEqual({
    silent: frames.map((count) => Math.round(count * 0.01)),
    foreignFrames: 0,
    changedOutside: 0,
  });

  const [half, silent] = await listenTo(original, 2, '50');
  expect(wearOf(original, half as Buffer, place)).toEqual({
    silent: frames.map((count) => Math.round(count * 0.5)),
    foreignFrames: 0,
    changedOutside: 0,
  });
  expect(wearOf(original, silent as Buffer, place)).toEqual({
    silent: frames,
    foreignFrames: 0,
    changedOutside: 0,
  });
}

const ENCODED = BIT_DEPTHS.flatMap((bitDepth, row) =>
  CHANNELS.map((channels, column) => ({
    bitDepth,
    channels,
    sampleRate: SAMPLE_RATES[(row * CHANNELS.length + column) % SAMPLE_RATES.length] as number,
  })),
);

describe('every format decays: 1 % is gone after a play, half of it and all of it in the end', () => {
  test.each(ENCODED)('$bitDepth, $channels channels, $sampleRate Hz', async (spec) => {
    const original = wavFile({ ...spec, frames: Math.round(spec.sampleRate * 1.3) });
    await expectDecay(original, placeOf(original, SILENCES[spec.bitDepth]));
  });

  test.each(BIT_DEPTHS)('%s as WAVE_FORMAT_EXTENSIBLE', async (bitDepth) => {
    const encoded = wavFile({ bitDepth, channels: 2, sampleRate: 8_000, frames: 9_001 });
    const fmt = extensibleFmt(bodyOf(encoded, 'fmt '));
    const original = riff([chunk('fmt ', fmt), chunk('data', bodyOf(encoded, 'data'))]);
    await expectDecay(original, placeOf(original, SILENCES[bitDepth]));
  });

  test.each([
    [12, 2],
    [20, 3],
    [24, 4],
  ])('%d bits in %d bytes', async (bits, bytes) => {
    const audio = bodyOf(wavFile({ bitDepth: '8', channels: 1, frames: 9_000 * bytes }), 'data');
    const fmt = fmtBody({ bits, blockAlign: bytes, sampleRate: 8_000 });
    const original = riff([chunk('fmt ', fmt), chunk('data', audio)]);
    await expectDecay(original, placeOf(original, 0));
  });

  test('32 channels', async () => {
    const original = wavFile({ channels: 32, sampleRate: 4_000, frames: 4_500 });
    await expectDecay(original, placeOf(original, 0));
  });

  test('one frame a second', async () => {
    const original = wavFile({ channels: 2, sampleRate: 1, frames: 3 });
    const place = { ...placeOf(original, 0), framesEach: 1 };
    const [, silent] = await listenTo(original, 2, '50');
    expect(wearOf(original, silent as Buffer, place).silent).toEqual([1, 1, 1]);
  });
});

describe('only the audio is ever written, wherever it stands', () => {
  const encoded = wavFile({ bitDepth: '24', channels: 1, sampleRate: 8_000, frames: 9_001 });
  const audio = bodyOf(encoded, 'data');
  const fmt = chunk('fmt ', bodyOf(encoded, 'fmt '));
  const data = chunk('data', audio);
  const tags = infoList({ INAM: Buffer.from('Dusk'), ICMT: Buffer.from('odd') });
  const junk = chunk('junk', Buffer.alloc(77, 0x55));
  const picture = chunk('id3 ', Buffer.alloc(70_001, 0x77));
  test.each([
    ['tags before it', [tags, fmt, data]],
    ['tags behind it', [fmt, data, tags]],
    ['chunks of odd size around it', [junk, fmt, junk, data, junk]],
    ['fmt behind it', [data, fmt]],
    ['fmt and much more behind it', [junk, data, picture, tags, fmt, picture]],
    ['another data chunk behind it', [fmt, data, data]],
  ])('%s', async (_where, chunks) => {
    const original = riff(chunks);
    await expectDecay(original, placeOf(original, 0));
  });

  test('bytes at its end that are no whole frame', async () => {
    const ragged = Buffer.concat([audio, Buffer.from([1, 2])]);
    const original = riff([fmt, chunk('data', ragged), tags]);
    await expectDecay(original, placeOf(original, 0));
  });

  test.each(['RF64', 'BW64'] as const)('an %s with tags behind it', async (form) => {
    const original = rf64(bodyOf(encoded, 'fmt '), audio, { form, before: [junk], after: [tags] });
    const known = riff([ds64(0, 0), junk, fmt, data]);
    await expectDecay(original, placeOf(known, 0));
  });

  test.each([
    ['0', 0],
    ['0xFFFFFFFF', UNKNOWN_SIZE],
    ['past the end of the file', audio.length + 1_000],
  ])('a data size of %s', async (_what, size) => {
    const even = audio.subarray(0, audio.length - (audio.length % 2));
    const original = riff([fmt, chunk('data', even, size)]);
    await expectDecay(original, placeOf(riff([fmt, chunk('data', even)]), 0));
  });

  test('a file that was cut off', async () => {
    const original = riff([fmt, data]).subarray(0, -3_002);
    const whole = placeOf(riff([fmt, data]), 0);
    const frames = Math.floor((original.length - whole.offset) / whole.blockAlign);
    await expectDecay(original, { ...whole, frames });
  });
});

test('a hundred plays of 1 % each end in silence, and one less does not', async () => {
  const original = wavFile({ bitDepth: '8a', channels: 2, sampleRate: 1_000, frames: 1_200 });
  const place = placeOf(original, SILENCES['8a']);
  const after = await listenTo(original, 101, '1');
  const silent = after.map((file) => wearOf(original, file, place).silent);
  for (const [i, counts] of silent.entries()) {
    const share = Math.min((i + 1) / 100, 1);
    expect(counts).toEqual([500, 500, 200].map((frames) => Math.round(frames * share)));
  }
});
