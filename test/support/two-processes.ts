import { expect, vi } from 'vitest';
import { noiseTrack, silentAfter, silentFramesOf } from './noise-track.ts';
import { type ServerProcess, startProcess } from './server-process.ts';
import type { Finishing } from './temp-folder.ts';

export const track = noiseTrack(4);
export const UNPACED = { STREAM_RATE: '0' };
export const READ_ONLY = {
  status: 503,
  error: expect.stringMatching(/another process.*read-only/i),
};
export const WELL = { status: 200, error: '' };

/** Two processes on one folder, of which the first may write. */
export async function twoProcesses(test: Finishing, env: Record<string, string> = UNPACED) {
  const first = await startProcess({ test, env, files: { 'work.wav': track.wav } });
  const second = await startProcess({ test, env, folder: first.root });
  return { first, second };
}

/** Waits until the second process is the one that writes. */
export function takeover(second: ServerProcess, withinMs: number): Promise<void> {
  return vi.waitFor(async () => expect(await second.health()).toEqual(WELL), {
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
  expect(await server.record('work.json')).toMatchObject({
    segment_play_counts: plays,
    total_streams: streams,
  });
  expect(silentFramesOf(track, await server.audio('work.wav'))).toEqual(silentAfter(plays));
}
