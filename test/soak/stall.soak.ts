import { watch } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { crowd } from '../support/crowd.ts';
import { expectOnePlay, hear, ill, onSmallDisk, recovered } from '../support/failing-disk.ts';
import { startProcess } from '../support/server-process.ts';
import { remount } from '../support/small-disk.ts';
import { expectPlays, track, UNPACED, untilWell, WELL } from '../support/four-segments.ts';
import { twoProcesses } from '../support/two-processes.ts';

// A lock that isn't renewed for ten seconds lapses: these tests wait for that.
describe.concurrent('through the time that a lock lives', () => {
  test('a process that stalls for a little while loses no play', async (t) => {
    const server = await startProcess({ test: t, env: UNPACED, files: { 'work.wav': track.wav } });
    await server.request('/stream/work.wav');
    server.signal('SIGSTOP');
    // So long that it can't be sure of its lock when it goes on, and not so long that it lapsed.
    await setTimeout(7_000);
    const listening = server.request('/stream/work.wav');
    server.signal('SIGCONT');
    expect((await listening).body.length).toBe(track.wav.length);
    await vi.waitFor(() => expectPlays(server, [2, 2, 2, 2], 2), { timeout: 15_000 });
    expect(await server.health()).toEqual(WELL);
  });

  test('a process that stalls until its lock lapses writes no more and ends', async (t) => {
    const { first, second } = await twoProcesses(t);
    await first.request('/stream/work.wav');
    await first.stats('work.wav');
    // In the middle of a record: what is under way must not get there after the takeover.
    const people = crowd(first.port, '/stream/work.wav', 2);
    await new Promise<void>((resolve) => {
      const watcher = watch(first.metadataDir, (_event, name) => {
        if (!name?.endsWith('.tmp')) return;
        first.signal('SIGSTOP');
        watcher.close();
        resolve();
      });
    });
    await untilWell(second, 40_000);
    const { segment_play_counts: found, total_streams: streams } = await second.stats('work.wav');
    for (let n = 0; n < 3; n++) await second.request('/stream/work.wav?start=1');
    const [a = 0, b = 0, c = 0, d = 0] = found;
    const plays = [a, b, c + 3, d + 3];
    await expectPlays(second, plays, streams + 3);

    first.signal('SIGCONT');
    const { code, signal } = await first.exited;
    await people.leave();
    expect({ code, signal }).toEqual({ code: 1, signal: null });
    expect(first.lines.at(-1)?.msg).toMatch(/lock.*lost/);
    await expectPlays(second, plays, streams + 3);
    expect(await second.health()).toEqual(WELL);

    expect(await second.end()).toEqual({ code: 0, signal: null });
    const third = await startProcess({ test: t, folder: first.root });
    await expectPlays(third, plays, streams + 3);
    expect((await readdir(third.metadataDir)).sort()).toEqual([
      '.writer.json',
      '.writer.lock',
      'work.json',
    ]);
  });

  test('a disk that is read-only for longer than a lock lives loses no play and ends nothing', async (t) => {
    const server = await onSmallDisk(t);
    await remount(server.metadataDir, 'ro');
    await hear(server, 3, 1);
    await ill(server, /EROFS|read-only file system/i);
    // Longer than a lock can go without being renewed.
    const until = performance.now() + 13_000;
    await vi.waitFor(() => expect(server.hasEnded() || performance.now() > until).toBe(true), {
      timeout: 20_000,
      interval: 100,
    });
    expect(server.errors()).toBe('');
    expect(server.hasEnded()).toBe(false);
    await hear(server, 2, 1);
    await expectOnePlay(server);
    await remount(server.metadataDir, 'rw');
    await recovered(server, 6);
  });
});
