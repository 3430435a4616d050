import { expect, vi } from 'vitest';
import { noiseTrack, silentAfter, silentFramesOf } from './noise-track.ts';
import type { ServerProcess } from './server-process.ts';

export const track = noiseTrack(4);
export const UNPACED = { STREAM_RATE: '0' };
export const WELL = { status: 200, error: '' };

/** Waits until a process says that it can count and record. */
export function untilWell(server: ServerProcess, withinMs: number): Promise<void> {
  return vi.waitFor(async () => expect(await server.health()).toEqual(WELL), {
    timeout: withinMs,
    interval: 50,
  });
}

/** Asserts that counts, record and audio of a process that writes all say the same. */
export async function expectPlays(
  server: ServerProcess,
  plays: number[],
  streams: number,
): Promise<void> {
  expect(await server.stats('work.wav')).toMatchObject({
    segment_play_counts: plays,
    total_streams: streams,
  });
  await expectInFiles(server, plays, streams);
}

/** Asserts that record and audio say the same, whatever the process may say. */
export async function expectInFiles(
  server: ServerProcess,
  plays: number[],
  streams: number,
): Promise<void> {
  expect(await server.record('work.json')).toMatchObject({
    segment_play_counts: plays,
    total_streams: streams,
  });
  expect(silentFramesOf(track, await server.audio('work.wav'))).toEqual(silentAfter(plays));
}
