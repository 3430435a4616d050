import { readFile, writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { leaveAfter } from '../support/leaving-listener.ts';
import { noiseTrack, silentAfter, silentFramesOf } from '../support/noise-track.ts';
import { rawAnswer, requestText } from '../support/raw-answer.ts';
import { type ServerProcess, startProcess } from '../support/server-process.ts';

const PATIENCE = { timeout: 20_000, interval: 50 };
const track = noiseTrack(8);

async function socketsOf(server: ServerProcess): Promise<number> {
  return (await server.handles()).filter((target) => target.startsWith('socket:')).length;
}

function connected({ port }: ServerProcess): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port }, () => resolve(socket));
    socket.on('error', reject);
  });
}

/** Asserts that everybody else is served as ever. */
async function expectToServe(server: ServerProcess): Promise<void> {
  expect(await server.health()).toEqual({ status: 200, error: '' });
  const { status, body } = await server.request('/stream/work.wav');
  expect(status).toBe(200);
  silentFramesOf(track, body);
  const { segment_play_counts: plays } = await server.stats('work.wav');
  expect(silentFramesOf(track, await server.audio('work.wav'))).toEqual(silentAfter(plays));
}

test('a thousand connections that say nothing, or a byte at a time, cost little and go away', async () => {
  const server = await startProcess({ files: { 'work.wav': track.wav } });
  await expectToServe(server);
  const sockets = await socketsOf(server);
  const memory = await server.memoryMb();

  const idle = await Promise.all(Array.from({ length: 800 }, () => connected(server)));
  const slow = await Promise.all(Array.from({ length: 200 }, () => connected(server)));
  await vi.waitFor(async () => {
    expect(await socketsOf(server)).toBeGreaterThanOrEqual(1_000);
  }, PATIENCE);
  for (const byte of 'GET /str') {
    for (const socket of slow) socket.write(byte);
    await expectToServe(server);
  }
  expect((await server.memoryMb()) - memory).toBeLessThan(100);

  for (const socket of [...idle, ...slow]) socket.destroy();
  await vi.waitFor(
    async () => expect(await socketsOf(server)).toBeLessThanOrEqual(sockets),
    PATIENCE,
  );
  await expectToServe(server);
});

test('headers of 64 KiB are refused with 431', async () => {
  const server = await startProcess({ files: { 'work.wav': track.wav } });
  const big = 'x'.repeat(64 * 1024);
  for (const [path, headers] of [
    ['/stream/work.wav', [`X-Big: ${big}`]],
    ['/stream/work.wav', [`Range: bytes=${'0'.repeat(64 * 1024)}-`]],
    ['/stream/work.wav', Array.from({ length: 2_000 }, (_, n) => `X-${n}: ${'y'.repeat(30)}`)],
    [`/stream/${big}`, []],
  ] as const) {
    expect((await rawAnswer(server.port, requestText(path, headers))).status).toBe(431);
  }
  expect(await server.stats('work.wav')).toMatchObject({ total_streams: 0 });
  await expectToServe(server);
});

test('a storm of range requests that are aborted leaves nothing behind', async () => {
  const server = await startProcess({ files: { 'work.wav': track.wav } });
  await expectToServe(server);
  const before = await server.handles();
  const memory = await server.memoryMb();
  const anyRange = fc.tuple(fc.nat(track.wav.length), fc.nat(3_000));
  const ranges = fc.sample(anyRange, { numRuns: 1_000, seed: 9 });
  for (let first = 0; first < ranges.length; first += 50) {
    await Promise.all(
      ranges.slice(first, first + 50).map(([offset, bytes], n) => {
        // Each of them somebody else: who comes back goes on where they were, in real time.
        const headers = { Range: `bytes=${offset}-`, 'User-Agent': `listener ${first + n}` };
        return leaveAfter(server.port, '/stream/work.wav', bytes, headers);
      }),
    );
  }
  await vi.waitFor(async () => {
    expect((await server.handles()).length).toBeLessThanOrEqual(before.length);
  }, PATIENCE);
  // Nobody heard a segment to its end.
  expect(await server.stats('work.wav')).toMatchObject({ total_streams: 1 });
  expect((await server.memoryMb()) - memory).toBeLessThan(100);
  await expectToServe(server);
});

const OUTSIDE = ['keep.txt', 'secret.wav', 'metadata/work.json', 'audio/.hidden.wav'];
const UPS = [
  '../',
  '..%2f',
  '%2e%2e/',
  '%2e%2e%2f',
  '..%5c',
  '..\\',
  '%2e%2e%5c',
  '..%252f',
  '%252e%252e%252f',
  '....//',
  '..;/',
  '..%c0%af',
  '%c0%ae%c0%ae/',
  '..%ef%bc%8f',
  '..%u2215',
  './../',
  'x/../../',
  'work.wav/../../',
  'work.wav%00/../',
  'work.wav%2f..%2f..%2f',
];

test('no path leads out of the folder, however it is written', async () => {
  const server = await startProcess({ files: { 'work.wav': track.wav, '.hidden.wav': track.wav } });
  await writeFile(join(server.root, 'keep.txt'), 'keep me');
  await writeFile(join(server.root, 'secret.wav'), track.wav);
  const names = OUTSIDE.flatMap((name) => {
    const bare = name.replace('audio/', '');
    const absolute = join(server.root, name);
    return [
      ...UPS.map((up) => up + name),
      ...UPS.map((up) => up.repeat(8) + absolute.slice(1)),
      absolute,
      `/${absolute}`,
      encodeURIComponent(absolute),
      `file://${absolute}`,
      bare,
      `.%2f${bare}`,
      `${bare}%00.wav`,
      `${bare}%00`,
    ];
  });
  const paths = names.flatMap((name) => [`/stream/${name}`, `/stats/${name}`, `/${name}`, name]);
  paths.push('/stream/', '/stream/.', '/stream/..', '/stream/%2e%2e', '/stream/%00', '/stream/~');
  paths.push('/stream/CON', '/stream/work.wav::$DATA', '/stream/work.wav%20', '/stream/WORK.WAV');
  for (let first = 0; first < paths.length; first += 25) {
    const batch = paths.slice(first, first + 25);
    const answers = await Promise.all(
      batch.map((path) => rawAnswer(server.port, requestText(path.replaceAll(' ', '%20')))),
    );
    for (const [n, { status, text }] of answers.entries()) {
      const answer = { path: batch[n], status, isError: status >= 400 && status < 500 };
      expect(answer).toEqual({ ...answer, isError: true });
      expect(text).not.toContain('keep me');
      expect(text).not.toContain('RIFF');
      expect(text).not.toContain('track_id');
    }
  }
  expect(await readFile(join(server.root, 'keep.txt'), 'utf8')).toBe('keep me');
  expect((await readFile(join(server.root, 'secret.wav'))).equals(track.wav)).toBe(true);
  expect((await server.audio('.hidden.wav')).equals(track.wav)).toBe(true);
  expect(server.lines.filter(({ level }) => level > 30)).toEqual([]);
  await expectToServe(server);
});
