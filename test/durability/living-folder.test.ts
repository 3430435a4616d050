import { copyFile, open, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { crowd } from '../support/crowd.ts';
import { noiseTrack, SEGMENT_BYTES, silentFramesOf } from '../support/noise-track.ts';
import { chunk, infoList, riff } from '../support/riff.ts';
import { type ServerProcess, startProcess } from '../support/server-process.ts';

const track = noiseTrack(4);
const other = noiseTrack(6);
const long = noiseTrack(60);
const MODES = [
  ['told by the system', {}],
  ['by looking again and again', { WATCH_POLL_MS: '200' }],
] as const;
/** Ours to notice in; a test waits longer, as the machine may be busy with other things. */
const PATIENCE = { timeout: 15_000, interval: 50 };
/** What the promise leaves between a file's last byte and its being served. */
const NOTICE_MS = 2_000;

function appears(server: ServerProcess, name: string): Promise<void> {
  return vi.waitFor(async () => expect(await server.tracks()).toContain(name), PATIENCE);
}

function disappears(server: ServerProcess, name: string): Promise<void> {
  return vi.waitFor(async () => expect(await server.tracks()).not.toContain(name), PATIENCE);
}

/** A stream that is read as it comes; says what came and whether that was all. */
function stream(server: ServerProcess, name: string) {
  let begin = () => {};
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const ended = new Promise<{ body: Buffer; isComplete: boolean }>((resolve, reject) => {
    const headers = { 'Sec-Fetch-Dest': 'audio' };
    get(`${server.url}/stream/${name}`, { headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (bytes: Buffer) => {
        chunks.push(bytes);
        begin();
      });
      response.on('error', () => {});
      response.on('close', () =>
        resolve({ body: Buffer.concat(chunks), isComplete: response.complete }),
      );
    }).on('error', reject);
  });
  return { begun, ended };
}

/** Writes a file as a slow copy does, with pauses; while it isn't whole the server must not have it. */
async function copySlowly(server: ServerProcess, name: string, parts: readonly Uint8Array[]) {
  const file = await open(join(server.audioDir, name), 'w');
  try {
    for (const [index, part] of parts.entries()) {
      if (index > 0) {
        const until = performance.now() + 1_300;
        while (performance.now() < until) {
          expect(await server.tracks()).not.toContain(name);
          await setTimeout(100);
        }
      }
      await file.write(part);
    }
  } finally {
    await file.close();
  }
}

describe.concurrent.each(MODES)('what happens in the folder, %s', (_how, env) => {
  test('a new WAV is noticed', async (t) => {
    const server = await startProcess({ test: t, env, files: { 'work.wav': track.wav } });
    await writeFile(join(server.audioDir, 'new.wav'), other.wav);
    const completeAt = performance.now();
    await appears(server, 'new.wav');
    // Twice the promise: this machine has other things to do.
    expect(performance.now() - completeAt).toBeLessThan(2 * NOTICE_MS);
    expect((await server.request('/stream/new.wav')).body.equals(other.wav)).toBe(true);
    expect(await server.stats('new.wav')).toMatchObject({ total_streams: 1 });
    expect(await server.tracks()).toEqual(['new.wav', 'work.wav']);
  });

  test('a copy with pauses is served when it is complete and never before', async (t) => {
    const server = await startProcess({ test: t, env });
    const { wav } = other;
    const cuts = [0, 20, 10_000, wav.length - 5, wav.length];
    const parts = cuts.slice(1).map((end, i) => wav.subarray(cuts[i], end));
    await copySlowly(server, 'slow.wav', parts);
    await appears(server, 'slow.wav');
    expect((await server.request('/stream/slow.wav')).body.equals(wav)).toBe(true);
    expect(server.lines.filter(({ level }) => level > 30)).toEqual([]);
  });

  test('a replaced WAV is another work, a removed one is gone', async (t) => {
    const files = { 'work.wav': track.wav, 'other.wav': other.wav };
    const server = await startProcess({ test: t, env, files });
    await server.request('/stream/work.wav');
    expect(await server.stats('work.wav')).toMatchObject({ total_streams: 1 });
    await copyFile(join(server.audioDir, 'other.wav'), join(server.audioDir, 'work.wav'));
    await vi.waitFor(async () => {
      expect(await server.stats('work.wav')).toMatchObject({
        total_segments: other.segments,
        total_streams: 0,
      });
    }, PATIENCE);
    expect((await server.request('/stream/work.wav')).body.equals(other.wav)).toBe(true);

    await rm(join(server.audioDir, 'other.wav'));
    await disappears(server, 'other.wav');
    expect((await server.request('/stream/other.wav')).status).toBe(404);
    expect(await server.health()).toEqual({ status: 200, error: '' });
  });

  test('a renamed WAV goes by its new name', async (t) => {
    const server = await startProcess({ test: t, env, files: { 'work.wav': track.wav } });
    await rename(join(server.audioDir, 'work.wav'), join(server.audioDir, 'renamed.wav'));
    await appears(server, 'renamed.wav');
    expect(await server.tracks()).toEqual(['renamed.wav']);
    expect((await server.request('/stream/renamed.wav')).body.equals(track.wav)).toBe(true);
  });

  test('a track that a crowd wears away is not taken for a replaced one', async (t) => {
    const server = await startProcess({
      test: t,
      env: { ...env, STREAM_RATE: '0', DEGRADATION_RATE: '0.01' },
      files: { 'work.wav': track.wav },
    });
    const people = crowd(server.port, '/stream/work.wav', 2, (body) => {
      silentFramesOf(track, body);
    });
    await setTimeout(3_000);
    await people.leave();
    const { segment_play_counts: plays } = await server.stats('work.wav');
    expect(plays).toEqual(new Array(4).fill(people.finished.length));
    expect(people.finished.length).toBe(people.asked());
    expect(server.lines.map(({ msg }) => msg).join()).not.toMatch(/removed or replaced/);
  });
});

describe.concurrent('besides,', () => {
  const damage: [string, (path: string) => Promise<void>][] = [
    ['removed', (path) => rm(path)],
    ['cut off', (path) => truncate(path, 44 + 30 * SEGMENT_BYTES + 7)],
    ['emptied', (path) => truncate(path, 0)],
  ];
  test.for(damage)('a WAV that is %s ends their streams and nothing else', async ([, harm], t) => {
    const files = { 'doomed.wav': long.wav, 'other.wav': other.wav };
    const server = await startProcess({ test: t, files });
    const doomed = [stream(server, 'doomed.wav'), stream(server, 'doomed.wav')];
    const untouched = stream(server, 'other.wav');
    await Promise.all([...doomed, untouched].map(({ begun }) => begun));
    await harm(join(server.audioDir, 'doomed.wav'));
    for (const { ended } of doomed) {
      const { body, isComplete } = await ended;
      expect(isComplete).toBe(false);
      expect(body.length).toBeGreaterThan(0);
      expect(body.length).toBeLessThan(long.wav.length);
    }
    await disappears(server, 'doomed.wav');
    const { body, isComplete } = await untouched.ended;
    expect(isComplete).toBe(true);
    expect(body.equals(other.wav)).toBe(true);
    await vi.waitFor(async () => {
      expect(await server.stats('other.wav')).toMatchObject({
        segment_play_counts: new Array(other.segments).fill(1),
      });
      expect(await server.health()).toEqual({ status: 200, error: '' });
      const handles = await server.handles();
      expect(handles.filter((target) => target.includes('doomed.wav'))).toEqual([]);
    }, PATIENCE);
  });

  test('a copy that pauses before the tags behind the audio is not complete yet', async (t) => {
    const server = await startProcess({ test: t });
    const [fmt, data] = [track.wav.subarray(20, 36), track.wav.subarray(44)];
    const tags = infoList({ INAM: Buffer.from('A title\0') });
    const wav = riff([chunk('fmt ', fmt), chunk('data', data), tags]);
    const audioEnd = wav.length - tags.length;
    const parts = [
      wav.subarray(0, audioEnd),
      wav.subarray(audioEnd, audioEnd + 10),
      wav.subarray(audioEnd + 10),
    ];
    await copySlowly(server, 'slow.wav', parts);
    await appears(server, 'slow.wav');
    expect(JSON.parse((await server.request('/stats/slow.wav')).body.toString())).toMatchObject({
      title: 'A title',
    });
  });
});
