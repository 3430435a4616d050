import { setTimeout } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { noiseTrack, silentAfter, silentFramesOf } from '../support/noise-track.ts';
import { startProcess } from '../support/server-process.ts';
import { expectPlays, track, untilWell, WELL } from '../support/four-segments.ts';
import { READ_ONLY, twoProcesses } from '../support/two-processes.ts';

/** A player is sent it in real time. */
const LONG = noiseTrack(12);
const PLAYER = { 'Sec-Fetch-Dest': 'audio' };

describe.concurrent('of two processes on one folder', () => {
  test('one counts; the other streams, says so and shows the counts of the first', async (t) => {
    const { first, second } = await twoProcesses(t);
    expect(await first.health()).toEqual(WELL);
    expect(await second.health()).toEqual(READ_ONLY);
    expect(second.lines.filter(({ level }) => level === 40)).toHaveLength(1);

    expect((await second.request('/stream/work.wav')).body.equals(track.wav)).toBe(true);
    expect(await first.stats('work.wav')).toMatchObject({ segment_play_counts: [0, 0, 0, 0] });
    for (let plays = 1; plays <= 3; plays++) {
      await first.request('/stream/work.wav');
      const counts = new Array(4).fill(plays);
      await expectPlays(first, counts, plays);
      expect(await second.stats('work.wav')).toMatchObject({
        segment_play_counts: counts,
        total_streams: plays,
      });
    }
    expect(await second.health()).toEqual(READ_ONLY);
  });

  test('the other goes on streaming while the first wears the track away', async (t) => {
    const { first, second } = await twoProcesses(t);
    // As many plays as it takes to be sure that the folder was looked at in between.
    for (let plays = 1; plays <= 8; plays++) {
      await first.request('/stream/work.wav');
      await first.stats('work.wav');
      const { status, body } = await second.request('/stream/work.wav');
      expect(status).toBe(200);
      silentFramesOf(track, body);
      await setTimeout(200);
    }
    expect(await second.tracks()).toEqual(['work.wav']);
    expect(second.lines.map(({ msg }) => msg).join()).not.toMatch(/removed or replaced/);
  });

  test('the other takes over within 15 s of a clean stop, with the counts so far', async (t) => {
    const { first, second } = await twoProcesses(t);
    await first.request('/stream/work.wav');
    expect(await first.end()).toEqual({ code: 0, signal: null });
    await untilWell(second, 15_000);
    await expectPlays(second, [1, 1, 1, 1], 1);
    await second.request('/stream/work.wav');
    await expectPlays(second, [2, 2, 2, 2], 2);
  });

  test('the other takes over within 40 s of a kill -9, with the counts so far', async (t) => {
    const { first, second } = await twoProcesses(t);
    await first.request('/stream/work.wav');
    await first.stats('work.wav');
    await first.end('SIGKILL');
    await untilWell(second, 40_000);
    await expectPlays(second, [1, 1, 1, 1], 1);
    await second.request('/stream/work.wav?start=1');
    await expectPlays(second, [1, 1, 2, 2], 2);
  });

  test('a stream that runs on the other through the takeover counts from then on', async (t) => {
    const files = { 'work.wav': LONG.wav };
    const first = await startProcess({ test: t, files });
    const second = await startProcess({ test: t, folder: first.root });
    const listening = second.request('/stream/work.wav', { headers: PLAYER });
    await first.end();
    await untilWell(second, 15_000);
    const heardBefore = await second.stats('work.wav');
    expect(heardBefore.total_streams).toBe(0);
    const { status, body } = await listening;
    expect(status).toBe(200);
    silentFramesOf(LONG, body);

    const { segment_play_counts } = await vi.waitFor(
      async () => {
        const stats = await second.stats('work.wav');
        expect(stats.segment_play_counts.at(-1)).toBe(1);
        return stats;
      },
      { timeout: 15_000, interval: 50 },
    );
    const begin = segment_play_counts.indexOf(1);
    expect(begin).toBeGreaterThan(0);
    expect(begin).toBeLessThan(LONG.segments - 1);
    expect(segment_play_counts).toEqual(
      Array.from({ length: LONG.segments }, (_, segment) => (segment < begin ? 0 : 1)),
    );
    expect(silentFramesOf(LONG, await second.audio('work.wav'))).toEqual(
      silentAfter(segment_play_counts),
    );
  });
});
