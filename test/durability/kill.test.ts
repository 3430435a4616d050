import { randomFillSync } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { killInCrowd } from '../support/killed.ts';
import { noiseTrack } from '../support/noise-track.ts';
import { chunk, fmtBody, riff } from '../support/riff.ts';
import { startProcess } from '../support/server-process.ts';
import { tempFolder } from '../support/temp-folder.ts';

test('kill -9 in the middle of a crowd, again and again, loses and damages nothing', async (t) => {
  const track = noiseTrack(8);
  const folder = await tempFolder();
  await mkdir(join(folder, 'audio'));
  await writeFile(join(folder, 'audio', 'work.wav'), track.wav);
  const kill = { test: t, track, folder };
  await killInCrowd({ ...kill, listeners: 1, downloads: 1, isLong: false });
  await killInCrowd({ ...kill, listeners: 8, downloads: 20, isLong: false });
  await killInCrowd({ ...kill, listeners: 3, downloads: 1, isLong: true });
});

test('a start after a clean stop does not read the audio again', async () => {
  const MEGABYTE = 2 ** 20;
  const data = randomFillSync(Buffer.alloc(64 * MEGABYTE));
  const fmt = fmtBody({ sampleRate: 48_000, channels: 2 });
  const files = { 'work.wav': riff([chunk('fmt ', fmt), chunk('data', data)]) };
  const env = { STREAM_RATE: '0' };
  const first = await startProcess({ files, env });
  // Otherwise the bytes that are counted here are none of the audio's.
  const idle = await first.bytesRead();
  expect((await first.request('/stream/work.wav')).body.length).toBeGreaterThan(data.length);
  expect((await first.bytesRead()) - idle).toBeGreaterThan(data.length);
  const heard = await first.stats('work.wav');
  expect(heard.segment_play_counts.every((plays) => plays === 1)).toBe(true);
  expect(await first.end()).toEqual({ code: 0, signal: null });

  const next = await startProcess({ folder: first.root, env });
  expect(await next.stats('work.wav')).toEqual(heard);
  expect(await next.bytesRead()).toBeLessThan(idle + MEGABYTE);
});
