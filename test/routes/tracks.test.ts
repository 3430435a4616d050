import { expect, test } from 'vitest';
import { serve } from '../support/serve.ts';
import { wavFile } from '../support/wav-files.ts';

const short = { sampleRate: 8_000, channels: 1 };

test('an empty folder has no tracks', async () => {
  const server = await serve();
  const response = await server.request('/tracks');
  expect(response.status).toBe(200);
  expect(response.headers['content-type']).toMatch(/^application\/json/);
  expect(response.body.toString()).toBe('[]');
});

test('each track is described, sorted by file name', async () => {
  const server = await serve({
    files: {
      'c.wav': wavFile({ ...short, frames: 4_000 }),
      'a.wav': wavFile({ ...short, frames: 10_000, title: 'Dusk' }),
      'B.wav': wavFile({ ...short, frames: 1 }),
      'b.wav': wavFile({ ...short, frames: 8_001 }),
    },
  });
  const unheard = { degradation: 0, overall_degradation: 0, total_streams: 0 };
  expect(await server.json('/tracks')).toEqual([
    { ...unheard, filename: 'B.wav', title: 'B', duration: 1 / 8_000, total_segments: 1 },
    { ...unheard, filename: 'a.wav', title: 'Dusk', duration: 1.25, total_segments: 3 },
    { ...unheard, filename: 'b.wav', title: 'b', duration: 8_001 / 8_000, total_segments: 3 },
    { ...unheard, filename: 'c.wav', title: 'c', duration: 0.5, total_segments: 1 },
  ]);
});

test('the figures are those of the files after every listening', async () => {
  const files = { 'a.wav': wavFile({ ...short, frames: 8_000 }), 'b.wav': wavFile(short) };
  const server = await serve({ files });
  await server.request('/stream/a.wav');
  await server.request('/stream/a.wav');
  await server.request('/stream/a.wav?start=0.5');
  const [a, b] = await server.json('/tracks');
  expect(a).toMatchObject({ degradation: 2.5, overall_degradation: 2.5, total_streams: 3 });
  expect(b).toMatchObject({ degradation: 0, overall_degradation: 0, total_streams: 0 });
});
