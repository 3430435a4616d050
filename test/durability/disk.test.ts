import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { expectOnePlay, hear, ill, onSmallDisk, recovered } from '../support/failing-disk.ts';
import { track, UNPACED, untilWell, WELL } from '../support/four-segments.ts';
import { chunk, fmtBody, riff } from '../support/riff.ts';
import { startProcess } from '../support/server-process.ts';
import { fillDisk, remount, smallDisk } from '../support/small-disk.ts';

describe.concurrent('when the disk of the metadata', () => {
  test('is full, listeners hear on and nothing is lost', async (t) => {
    const server = await onSmallDisk(t);
    const makeRoom = await fillDisk(server.metadataDir);
    await hear(server, 3, 1);
    await ill(server, /ENOSPC|no space/i);
    await hear(server, 2, 1);
    await expectOnePlay(server);
    expect(await server.stats('work.wav')).toMatchObject({ segment_play_counts: [1, 1, 1, 1] });
    await makeRoom();
    await recovered(server, 6);
    expect(server.lines.filter(({ level }) => level >= 50)).toHaveLength(1);
    expect(await server.end()).toEqual({ code: 0, signal: null });
  });

  test('fills up in the middle of a record, the old one stays whole', async (t) => {
    // A record of several pages of the disk, of which only one is free.
    const data = Buffer.alloc(8_000 * 150, 7);
    const wav = riff([chunk('fmt ', fmtBody({ sampleRate: 8_000, bits: 8 })), chunk('data', data)]);
    const server = await onSmallDisk(t, wav, { SEGMENT_DURATION: '0.05' });
    const path = join(server.metadataDir, 'work.json');
    const before = await readFile(path);
    expect(before.length).toBeGreaterThan(4_096);
    const worn = await server.audio('work.wav');
    const makeRoom = await fillDisk(server.metadataDir, 1);
    await server.request('/stream/work.wav');
    await ill(server, /ENOSPC|no space/i);
    expect((await readFile(path)).equals(before)).toBe(true);
    expect((await server.audio('work.wav')).equals(worn)).toBe(true);
    expect((await readdir(server.metadataDir)).sort()).toEqual([
      '.writer.json',
      '.writer.lock',
      'others',
      'work.json',
    ]);
    await makeRoom();
    await vi.waitFor(
      async () => {
        expect(await server.health()).toEqual(WELL);
        expect(await server.record('work.json')).toMatchObject({ total_streams: 2 });
      },
      { timeout: 15_000, interval: 50 },
    );
  });

  test('is full when the server is killed, what was recorded is what it goes on from', async (t) => {
    const server = await onSmallDisk(t);
    const makeRoom = await fillDisk(server.metadataDir);
    await hear(server, 2, 1);
    await ill(server, /ENOSPC|no space/i);
    await server.end('SIGKILL');
    await expectOnePlay(server);
    await makeRoom();
    const next = await startProcess({
      test: t,
      env: UNPACED,
      folder: server.root,
      metadataDir: server.metadataDir,
    });
    await expectOnePlay(next);
    await hear(next, 1, 1);
    await recovered(next, 2);
  });

  test('is read-only, listeners hear on and nothing is lost', async (t) => {
    const server = await onSmallDisk(t);
    await remount(server.metadataDir, 'ro');
    await hear(server, 3, 1);
    await ill(server, /EROFS|read-only file system/i);
    await hear(server, 2, 1);
    await expectOnePlay(server);
    await remount(server.metadataDir, 'rw');
    await recovered(server, 6);
  });

  test('is full or read-only at the start, listeners hear all the same', async (t) => {
    const metadataDir = await smallDisk(t, 64);
    const makeRoom = await fillDisk(metadataDir);
    const server = await startProcess({
      test: t,
      env: UNPACED,
      files: { 'work.wav': track.wav },
      metadataDir,
    });
    expect(await server.health()).toEqual({
      status: 503,
      error: expect.stringMatching(/ENOSPC|no space/i),
    });
    await hear(server, 2, 0);
    await makeRoom();
    await untilWell(server, 15_000);
    await hear(server, 1, 0);
    await recovered(server, 1);
  });
});
