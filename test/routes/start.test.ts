import { describe, expect, test } from 'vitest';
import wavefile from 'wavefile';
import { bodyOf, chunk, chunksOf, infoList, rf64, riff, UNKNOWN_SIZE } from '../support/riff.ts';
import { serve } from '../support/serve.ts';
import { type WavSpec, wavFile } from '../support/wav-files.ts';

const SAMPLE_RATE = 8_000;
const FRAMES = 13_001;
const work = wavFile({ sampleRate: SAMPLE_RATE, frames: FRAMES });

function samplesOf(wav: Buffer): Float64Array {
  return new wavefile.WaveFile(wav).getSamples(true);
}

describe('a WAV of its own begins at the segment that holds the second', () => {
  test.each([
    ['0.1', 0],
    ['0.5', 4_000],
    ['0.7', 4_000],
    ['0.9999', 4_000],
    ['1', 8_000],
    ['1.5', 12_000],
    ['1.625', 12_000],
    ['.5', 4_000],
    ['00001', 8_000],
  ])('start=%s begins with frame %d', async (start, firstFrame) => {
    const server = await serve({ files: { 'work.wav': work } });
    const response = await server.request(`/stream/work.wav?start=${start}`);
    expect(response.status).toBe(200);
    expect(response.headers['content-type']).toBe('audio/wav');
    expect(samplesOf(response.body)).toEqual(samplesOf(work).slice(firstFrame * 2));
    expect(response.body.readUInt32LE(4)).toBe(response.body.length - 8);
    const [fmt, data] = chunksOf(response.body);
    expect(fmt).toMatchObject({ id: 'fmt ', size: 16 });
    expect(data).toMatchObject({ id: 'data', size: (FRAMES - firstFrame) * 4 });
  });

  const FORMATS: WavSpec[] = [
    { bitDepth: '8', channels: 1 },
    { bitDepth: '24', channels: 1 },
    { bitDepth: '32f', channels: 2 },
    { bitDepth: '64', channels: 1 },
    { bitDepth: '8a', channels: 2 },
    { bitDepth: '8m', channels: 2 },
    { bitDepth: '16', channels: 6 },
  ];
  test.each(FORMATS)('whatever the format: %j', async (format) => {
    const original = wavFile({ ...format, sampleRate: SAMPLE_RATE, frames: FRAMES });
    const server = await serve({ files: { 'work.wav': original } });
    const { body } = await server.request('/stream/work.wav?start=1.2');
    const data = bodyOf(original, 'data');
    const blockAlign = bodyOf(original, 'fmt ').readUInt16LE(12);
    expect(bodyOf(body, 'data').equals(data.subarray(8_000 * blockAlign))).toBe(true);
    expect(bodyOf(body, 'fmt ').equals(bodyOf(original, 'fmt '))).toBe(true);
    expect(body.length % 2).toBe(0);
    expect(body.readUInt32LE(4)).toBe(body.length - 8);
  });

  test.each<[string, (fmt: Buffer, audio: Buffer) => Buffer]>([
    [
      'tags around the audio',
      (fmt, audio) => {
        const tags = infoList({ INAM: Buffer.from('Dusk') });
        return riff([tags, chunk('fmt ', fmt), chunk('data', audio), tags]);
      },
    ],
    ['an RF64', (fmt, audio) => rf64(fmt, audio)],
    [
      'a size that nobody filled in',
      (fmt, audio) =>
        riff([chunk('fmt ', fmt), chunk('data', audio, UNKNOWN_SIZE)], 'RIFF', UNKNOWN_SIZE),
    ],
  ])('out of a file with %s', async (_what, build) => {
    const file = build(bodyOf(work, 'fmt '), bodyOf(work, 'data'));
    const server = await serve({ files: { 'work.wav': file } });
    const { body } = await server.request('/stream/work.wav?start=0.5');
    expect(samplesOf(body)).toEqual(samplesOf(work).slice(4_000 * 2));
    expect(body.toString('latin1', 0, 4)).toBe('RIFF');
    expect(body.readUInt32LE(4)).toBe(body.length - 8);
    expect(chunksOf(body).map(({ id }) => id)).toEqual(['fmt ', 'data']);
  });
});

test('start=0 begins at the beginning', async () => {
  const server = await serve({ files: { 'work.wav': work } });
  const response = await server.request('/stream/work.wav?start=0');
  expect(response.status).toBe(200);
  expect(samplesOf(response.body)).toEqual(samplesOf(work));
});

test('start=0 too is a WAV whose sizes are right, where the file’s are not', async () => {
  const chunks = [chunk('fmt ', bodyOf(work, 'fmt ')), chunk('data', bodyOf(work, 'data'), 0)];
  const server = await serve({ files: { 'work.wav': riff(chunks, 'RIFF', 0) } });
  const { body } = await server.request('/stream/work.wav?start=0');
  expect(body.readUInt32LE(4)).toBe(body.length - 8);
  expect(bodyOf(body, 'data').equals(bodyOf(work, 'data'))).toBe(true);
});

test('ranges and HEAD apply to the shorter file', async () => {
  const env = { STREAM_RATE: '0', DEGRADATION_RATE: '0.001' };
  const server = await serve({ files: { 'work.wav': work }, env });
  const path = '/stream/work.wav?start=1';
  const { body: whole } = await server.request(path);
  const head = await server.request(path, { method: 'HEAD' });
  expect(head.status).toBe(200);
  expect(head.headers['content-length']).toBe(String(whole.length));
  for (const [range, first, end] of [
    ['bytes=0-', 0, whole.length],
    ['bytes=0-3', 0, 4],
    ['bytes=40-49', 40, 50],
    ['bytes=-7', whole.length - 7, whole.length],
    [`bytes=-${work.length}`, 0, whole.length],
  ] as const) {
    const part = await server.request(path, { headers: { Range: range } });
    expect(part.status).toBe(206);
    expect(part.headers['content-range']).toBe(`bytes ${first}-${end - 1}/${whole.length}`);
    expect(part.body.equals(whole.subarray(first, end))).toBe(true);
  }
  const past = await server.request(path, { headers: { Range: `bytes=${whole.length}-` } });
  expect(past.status).toBe(416);
  expect(past.headers['content-range']).toBe(`bytes */${whole.length}`);
});

test('a player is told the length of the shorter file', async () => {
  const server = await serve({ files: { 'work.wav': work }, env: { STREAM_RATE: '0' } });
  const headers = { 'Sec-Fetch-Dest': 'audio' };
  const response = await server.request('/stream/work.wav?start=1', { headers });
  expect(response.headers['content-length']).toBe(String(response.body.length));
  expect(samplesOf(response.body)).toEqual(samplesOf(work).slice(8_000 * 2));
});

describe('a start that is no plain number from 0 on is refused', () => {
  test.each([
    'start=abc',
    'start=-1',
    'start=-0',
    'start=NaN',
    'start=Infinity',
    'start=1e999',
    'start=1e0',
    'start=0x1',
    'start=1,5',
    'start=+1',
    'start=%201',
    'start=1%00',
    'start=',
    'start',
    'start=0&start=0',
    'start=1&start=abc',
  ])('%s', async (query) => {
    const server = await serve({ files: { 'work.wav': work } });
    for (const method of ['GET', 'HEAD']) {
      const response = await server.request(`/stream/work.wav?${query}`, { method });
      expect(response.status).toBe(400);
      if (method === 'HEAD') continue;
      expect(JSON.parse(response.body.toString()).error).toMatch(/start must be a number/);
    }
    expect((await server.audio('work.wav')).equals(work)).toBe(true);
    expect(await server.json('/stats/work.wav')).toMatchObject({ total_streams: 0 });
  });
});

describe('a start at the end or past it is unsatisfiable', () => {
  test.each([String(FRAMES / SAMPLE_RATE), '1.7', '3600', '99999999999999999999', '9'.repeat(400)])(
    'start=%s',
    async (start) => {
      const server = await serve({ files: { 'work.wav': work } });
      for (const method of ['GET', 'HEAD']) {
        const response = await server.request(`/stream/work.wav?start=${start}`, { method });
        expect(response.status).toBe(416);
        if (method === 'HEAD') continue;
        expect(JSON.parse(response.body.toString())).toEqual({ error: expect.any(String) });
      }
      expect(await server.json('/stats/work.wav')).toMatchObject({ total_streams: 0 });
    },
  );

  test('the last frame is not', async () => {
    const server = await serve({ files: { 'work.wav': work } });
    const last = (FRAMES - 1) / SAMPLE_RATE;
    const { status } = await server.request(`/stream/work.wav?start=${last}`);
    expect(status).toBe(200);
  });
});
