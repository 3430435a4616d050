import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { serve } from './support/serve.ts';
import { silentFrames, wavFile } from './support/wav-files.ts';

const HEADER_BYTES = 44;
const FRAMES = 22_050;

function segmentsOf(file: Buffer): Buffer[] {
  const count = Math.ceil((file.length - HEADER_BYTES) / (FRAMES * 4));
  return Array.from({ length: count }, (_, i) =>
    file.subarray(HEADER_BYTES + i * FRAMES * 4, HEADER_BYTES + (i + 1) * FRAMES * 4),
  );
}

test('a 180.5 s CD-quality track loses 1 % of every segment to its first listener', async () => {
  const original = wavFile({ frames: 180.5 * 44_100 });
  const server = await serve({ files: { 'work.wav': original } });

  const heard = await server.request('/stream/work.wav');
  expect(heard.body.equals(original)).toBe(true);

  const stats = await server.json('/stats/work.wav');
  expect(stats).toMatchObject({ total_segments: 361, total_streams: 1, overall_degradation: 1 });
  expect(stats.segment_play_counts).toEqual(new Array(361).fill(1));

  const worn = await server.audio('work.wav');
  expect(worn.length).toBe(original.length);
  expect(worn.subarray(0, HEADER_BYTES).equals(original.subarray(0, HEADER_BYTES))).toBe(true);
  for (const segment of segmentsOf(worn)) {
    expect(silentFrames(segment, 4)).toBe(Math.round(FRAMES * 0.01));
  }
  const changed = worn.filter((byte, i) => byte !== original[i] && byte !== 0);
  expect(changed.length).toBe(0);
});

test('after 100 plays a track is silent, and at every count the statistics say what the file holds', async () => {
  const original = wavFile({ frames: 3 * FRAMES });
  const server = await serve({ files: { 'work.wav': original } });
  const checked = [1, 2, 5, 10, 25, 50, 75, 99, 100];
  for (let play = 1; play <= 100; play++) {
    await server.request('/stream/work.wav');
    if (!checked.includes(play)) continue;
    const stats = await server.json('/stats/work.wav');
    const record = JSON.parse(await readFile(join(server.metadataDir, 'work.json'), 'utf8'));
    expect(stats.overall_degradation).toBe(play);
    expect(stats.segment_play_counts).toEqual([play, play, play]);
    expect(record.segment_play_counts).toEqual([play, play, play]);
    for (const segment of segmentsOf(await server.audio('work.wav'))) {
      expect(silentFrames(segment, 4)).toBe(Math.round((FRAMES * play) / 100));
    }
  }
  const silent = await server.audio('work.wav');
  expect(silent.subarray(HEADER_BYTES).every((byte) => byte === 0)).toBe(true);
});
