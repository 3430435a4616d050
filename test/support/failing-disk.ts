import { expect, type TestContext, vi } from 'vitest';
import { expectInFiles, expectPlays, track, UNPACED, untilWell } from './four-segments.ts';
import { silentAfter, silentFramesOf } from './noise-track.ts';
import { type ServerProcess, startProcess } from './server-process.ts';
import { smallDisk } from './small-disk.ts';

/** A process whose metadata is on a disk of its own, with one play recorded. */
export async function onSmallDisk(t: TestContext, wav: Uint8Array = track.wav, env = {}) {
  const metadataDir = await smallDisk(t, 128);
  const server = await startProcess({
    test: t,
    env: { ...UNPACED, ...env },
    files: { 'work.wav': wav },
    metadataDir,
  });
  await server.request('/stream/work.wav');
  // Until nothing is left to be written.
  const settled = { total_streams: 1, unsettled: [] };
  await vi.waitFor(async () => expect(await server.record('work.json')).toMatchObject(settled), {
    timeout: 15_000,
    interval: 50,
  });
  return server;
}

/** So many listeners hear all of the track; it wears no further than so many plays meanwhile. */
export async function hear(server: ServerProcess, listeners: number, worn: number): Promise<void> {
  for (let n = 0; n < listeners; n++) {
    const { status, body } = await server.request('/stream/work.wav');
    expect(status).toBe(200);
    expect(silentFramesOf(track, body)).toEqual(silentAfter(new Array(4).fill(worn)));
  }
}

/** Waits until it says that it can't record, and why. */
export function ill(server: ServerProcess, reason: RegExp): Promise<void> {
  return vi.waitFor(
    async () => {
      const { status, error } = await server.health();
      expect(status).toBe(503);
      expect(error).toMatch(reason);
      expect(error).toContain('work.wav');
    },
    { timeout: 15_000, interval: 50 },
  );
}

/** Everything is recorded and in the audio within 15 s. */
export async function recovered(server: ServerProcess, plays: number): Promise<void> {
  await untilWell(server, 15_000);
  await expectPlays(server, new Array(4).fill(plays), plays);
}

/** Asserts that record and audio are as one play left them. */
export function expectOnePlay(server: ServerProcess): Promise<void> {
  return expectInFiles(server, [1, 1, 1, 1], 1);
}
