import { expect, test } from 'vitest';
import { serve } from '../support/serve.ts';
import { wavFile } from '../support/wav-files.ts';

const work = wavFile({ sampleRate: 8_000, channels: 2, frames: 10_000, title: 'Dusk' });

test('a track that nobody heard', async () => {
  const server = await serve({ files: { 'work.wav': work } });
  const response = await server.request('/stats/work.wav');
  expect(response.status).toBe(200);
  expect(response.headers['content-type']).toMatch(/^application\/json/);
  const stats = JSON.parse(response.body.toString());
  expect(stats).toEqual({
    filename: 'work.wav',
    title: 'Dusk',
    duration: 1.25,
    segment_duration: 0.5,
    total_segments: 3,
    segment_play_counts: [0, 0, 0],
    overall_degradation: 0,
    total_streams: 0,
    created_at: expect.any(String),
  });
  expect(new Date(stats.created_at).toISOString()).toBe(stats.created_at);
});

test('counts go up by what was heard', async () => {
  const server = await serve({ files: { 'work.wav': work } });
  await server.request('/stream/work.wav');
  await server.request('/stream/work.wav?start=1');
  expect(await server.json('/stats/work.wav')).toMatchObject({
    segment_play_counts: [1, 1, 2],
    overall_degradation: 4 / 3,
    total_streams: 2,
  });
});

test('plays that lie beyond silence are counted, but degrade no further', async () => {
  const server = await serve({ files: { 'work.wav': work }, env: { DEGRADATION_RATE: '50' } });
  for (let play = 1; play <= 3; play++) await server.request('/stream/work.wav?start=1');
  await server.request('/stream/work.wav');
  expect(await server.json('/stats/work.wav')).toMatchObject({
    segment_play_counts: [1, 1, 4],
    overall_degradation: (50 + 50 + 100) / 3,
  });
});

test('the length of a segment is a setting', async () => {
  const server = await serve({ files: { 'work.wav': work }, env: { SEGMENT_DURATION: '0.25' } });
  expect(await server.json('/stats/work.wav')).toMatchObject({
    segment_duration: 0.25,
    total_segments: 5,
    segment_play_counts: [0, 0, 0, 0, 0],
  });
});
