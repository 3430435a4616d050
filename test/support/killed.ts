import { expect, vi } from 'vitest';
import { crowd } from './crowd.ts';
import { type NoiseTrack, silentAfter, silentFramesOf } from './noise-track.ts';
import { type ServerProcess, startProcess } from './server-process.ts';
import type { Finishing } from './temp-folder.ts';

// So little a play that a crowd doesn't silence the track while the test looks on.
const RATE = 0.05;
const ENV = { STREAM_RATE: '0', DEGRADATION_RATE: String(RATE) };
/** What had been heard for so long is in the record (DESIGN.md). */
const RECORDED_MS = 1_000;
/** Within so long after a start, record and audio agree. */
const AGREED_MS = 2_000;

export interface KillOptions {
  readonly test: Finishing;
  readonly track: NoiseTrack;
  readonly folder: string;
  /** Whether to wait until somebody's listening must be in the record. */
  readonly isLong: boolean;
  readonly listeners: number;
  /** Downloads after which the kill comes, at the least. */
  readonly downloads: number;
}

/**
 * Kills a server with SIGKILL in the middle of a crowd, and looks at what it left and what the next
 * start makes of it.
 */
export async function killInCrowd(options: KillOptions): Promise<void> {
  const { test, track, folder, isLong, listeners, downloads } = options;
  const server = await startProcess({ test, folder, env: ENV });
  const before = await expectAgreement(server, track);
  const people = crowd(server.port, '/stream/work.wav', listeners, (body) => {
    silentFramesOf(track, body);
  });
  await people.until(downloads);
  if (isLong) await vi.waitFor(() => expect(sureOf(people.finished)).toBeGreaterThan(0), 10_000);
  const sure = sureOf(people.finished);
  await server.end('SIGKILL');
  await people.leave();

  // As it lies there: the record parses, and no frame is anything but the original or silence.
  const left = await server.record('work.json');
  silentFramesOf(track, await server.audio('work.wav'));
  for (const [segment, plays] of left.segment_play_counts.entries()) {
    const since = plays - (before[segment] ?? 0);
    expect(since).toBeGreaterThanOrEqual(sure);
    expect(since).toBeLessThanOrEqual(people.asked());
  }

  const next = await startProcess({ test, folder, env: ENV });
  await vi.waitFor(
    async () => {
      const after = await expectAgreement(next, track);
      expect(after).toEqual(left.segment_play_counts);
    },
    { timeout: AGREED_MS, interval: 100 },
  );
  expect(next.lines.filter(({ level }) => level > 30)).toEqual([]);
  expect(await next.end()).toEqual({ code: 0, signal: null });
}

function sureOf(finished: readonly number[]): number {
  return finished.filter((time) => time < performance.now() - RECORDED_MS).length;
}

/** Asserts that what is recorded is what is in the audio; returns the plays. */
async function expectAgreement(server: ServerProcess, track: NoiseTrack): Promise<number[]> {
  const { segment_play_counts: plays } = await server.record('work.json');
  expect(silentFramesOf(track, await server.audio('work.wav'))).toEqual(silentAfter(plays, RATE));
  return plays;
}
