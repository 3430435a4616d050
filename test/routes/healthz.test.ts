import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { serve } from '../support/serve.ts';
import { wavFile } from '../support/wav-files.ts';

const work = wavFile({ sampleRate: 8_000, frames: 8_000 });

async function health(server: Awaited<ReturnType<typeof serve>>) {
  const response = await server.request('/healthz');
  return { status: response.status, body: JSON.parse(response.body.toString()) };
}

test('a server that counts and degrades is well', async () => {
  const server = await serve({ files: { 'work.wav': work } });
  expect((await health(server)).status).toBe(200);
  const head = await server.request('/healthz', { method: 'HEAD' });
  expect(head.status).toBe(200);
  expect(head.body.length).toBe(0);
});

test('plays that can’t be recorded make it ill until they can be, and none is lost', async () => {
  const server = await serve({ files: { 'work.wav': work } });
  const record = join(server.metadataDir, 'work.json');
  await rm(record);
  await mkdir(join(record, 'in-the-way'), { recursive: true });
  await server.request('/stream/work.wav');
  await vi.waitFor(
    async () => {
      const { status, body } = await health(server);
      expect(status).toBe(503);
      expect(body.error).toContain('work.wav');
    },
    { timeout: 20_000 },
  );
  expect((await server.audio('work.wav')).equals(work)).toBe(true);
  expect(await server.json('/stats/work.wav')).toMatchObject({ segment_play_counts: [0, 0] });
  expect((await server.request('/stream/work.wav')).body.equals(work)).toBe(true);

  await rm(record, { recursive: true });
  await vi.waitFor(async () => expect((await health(server)).status).toBe(200), {
    timeout: 20_000,
    interval: 50,
  });
  expect(await server.json('/stats/work.wav')).toMatchObject({
    segment_play_counts: [2, 2],
    total_streams: 2,
  });
  expect(JSON.parse(await readFile(record, 'utf8'))).toMatchObject({ segment_play_counts: [2, 2] });
});

test('a second server on the same folders plays, but says that it does not count', async () => {
  const first = await serve({ files: { 'work.wav': work } });
  const second = await serve({ folder: first.root });
  expect((await health(first)).status).toBe(200);
  const { status, body } = await health(second);
  expect(status).toBe(503);
  expect(body.error).toMatch(/read-only/);

  expect((await second.request('/stream/work.wav')).body.equals(work)).toBe(true);
  expect(await second.json('/stats/work.wav')).toMatchObject({ segment_play_counts: [0, 0] });
  expect((await second.audio('work.wav')).equals(work)).toBe(true);

  await first.request('/stream/work.wav');
  expect(await first.json('/stats/work.wav')).toMatchObject({ segment_play_counts: [1, 1] });
  expect(await second.json('/stats/work.wav')).toMatchObject({ segment_play_counts: [1, 1] });
});
