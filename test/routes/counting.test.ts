import { readFile } from 'node:fs/promises';
import { get } from 'node:http';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { endedListenings } from '../support/ended.ts';
import { chunk, fmtBody, riff } from '../support/riff.ts';
import { serve } from '../support/serve.ts';
import { wavFile } from '../support/wav-files.ts';

const HEADER = 44;
const SEGMENT = 4_000 * 4;
const work = wavFile({ sampleRate: 8_000, frames: 3 * 4_000 });
const UNPACED = { STREAM_RATE: '0' };

test('HEAD is never a play, and neither is a request that is refused', async () => {
  const server = await serve({ files: { 'work.wav': work } });
  for (const [path, options] of [
    ['/stream/work.wav', { method: 'HEAD' }],
    ['/stream/work.wav?start=0.5', { method: 'HEAD' }],
    ['/stream/work.wav', { method: 'HEAD', headers: { Range: 'bytes=0-' } }],
    ['/stream/work.wav', { headers: { Range: 'bytes=99999999-' } }],
    ['/stream/work.wav?start=abc', {}],
    ['/stream/work.wav?start=99', {}],
    ['/stream/work.wav', { method: 'POST' }],
    ['/stream/work.wav', { method: 'OPTIONS' }],
    ['/tracks', {}],
    ['/stats/work.wav', {}],
  ] as const) {
    await server.request(path, options);
  }
  expect(await server.json('/stats/work.wav')).toMatchObject({
    segment_play_counts: [0, 0, 0],
    total_streams: 0,
  });
  await server.close();
  expect((await server.audio('work.wav')).equals(work)).toBe(true);
});

test('header bytes and parts of a segment are no plays', async () => {
  const server = await serve({ files: { 'work.wav': work }, env: UNPACED });
  const ranges = [
    'bytes=0-43',
    'bytes=0-0',
    `bytes=0-${HEADER + SEGMENT - 2}`,
    `bytes=${HEADER + SEGMENT}-${HEADER + 2 * SEGMENT - 2}`,
  ];
  for (const range of ranges) {
    expect((await server.request('/stream/work.wav', { headers: { Range: range } })).status).toBe(
      206,
    );
  }
  await endedListenings(server.lines, ranges.length);
  expect(await server.json('/stats/work.wav')).toMatchObject({
    segment_play_counts: [0, 0, 0],
    total_streams: 0,
  });
});

test('ranges that together are the file count no segment twice', async () => {
  const server = await serve({ files: { 'work.wav': work }, env: UNPACED });
  const step = 5_000;
  let requests = 0;
  for (let first = 0; first < work.length; first += step, requests++) {
    const headers = { Range: `bytes=${first}-${first + step - 1}` };
    const part = await server.request('/stream/work.wav', { headers });
    expect(part.status).toBe(206);
  }
  await endedListenings(server.lines, requests);
  expect(await server.json('/stats/work.wav')).toMatchObject({ segment_play_counts: [1, 1, 1] });
});

test('a start counts what follows it, and nothing before', async () => {
  const server = await serve({ files: { 'work.wav': work } });
  await server.request('/stream/work.wav?start=0.7');
  expect(await server.json('/stats/work.wav')).toMatchObject({
    segment_play_counts: [0, 1, 1],
    total_streams: 1,
  });
  const worn = await server.audio('work.wav');
  const untouched = HEADER + SEGMENT;
  expect(worn.subarray(0, untouched).equals(work.subarray(0, untouched))).toBe(true);
  expect(worn.equals(work)).toBe(false);
});

test('everybody’s listening counts, at the same time too', async () => {
  const server = await serve({ files: { 'work.wav': work } });
  const listeners = Array.from({ length: 20 }, () => server.request('/stream/work.wav'));
  for (const { status, body } of await Promise.all(listeners)) {
    expect(status).toBe(200);
    expect(body.length).toBe(work.length);
  }
  expect(await server.json('/stats/work.wav')).toMatchObject({
    segment_play_counts: [20, 20, 20],
    total_streams: 20,
  });
});

test('whoever leaves has heard what the connection took, and the log says how much', async () => {
  const fmt = fmtBody({ channels: 8, bits: 32, sampleRate: 48_000 });
  const segments = 80;
  const long = riff([chunk('fmt ', fmt), chunk('data', Buffer.alloc(segments * 24_000 * 32, 1))]);
  const server = await serve({ files: { 'work.wav': long } });
  await new Promise<void>((resolve, reject) => {
    get(`${server.url}/stream/work.wav`, (response) => {
      response.once('readable', () => response.destroy());
      response.on('close', resolve);
    }).on('error', reject);
  });
  const [ended] = await endedListenings(server.lines, 1);
  expect(ended).toMatchObject({ level: 30, track: 'work.wav' });
  const { segment_play_counts, total_streams } = await server.json('/stats/work.wav');
  const heard = Number(ended?.segments);
  expect(heard).toBeLessThan(segments);
  expect(segment_play_counts).toEqual(
    Array.from({ length: segments }, (_, segment) => (segment < heard ? 1 : 0)),
  );
  expect(total_streams).toBe(heard > 0 ? 1 : 0);
});

test('a listening that ends is one line in the log', async () => {
  const server = await serve({ files: { 'work.wav': work } });
  await server.request('/stream/work.wav');
  const ended = await endedListenings(server.lines, 1);
  expect(ended).toEqual([
    expect.objectContaining({
      level: 30,
      track: 'work.wav',
      segments: 3,
      msg: expect.stringMatching(/^listening ended: work\.wav, 3 segments heard, .+/),
    }),
  ]);
});

test('when the server ends, everything that was heard is recorded and in the audio', async () => {
  const server = await serve({ files: { 'work.wav': work }, env: { DEGRADATION_RATE: '100' } });
  await server.request('/stream/work.wav');
  await server.close();
  const record = JSON.parse(await readFile(join(server.metadataDir, 'work.json'), 'utf8'));
  expect(record).toMatchObject({ segment_play_counts: [1, 1, 1], total_streams: 1, unsettled: [] });
  const worn = await server.audio('work.wav');
  expect(worn.subarray(HEADER).every((byte) => byte === 0)).toBe(true);
});
