import { get, type IncomingMessage } from 'node:http';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { crowd } from '../support/crowd.ts';
import { leaveAfter } from '../support/leaving-listener.ts';
import {
  foreignFramesOf,
  noiseTrack,
  silentAfter,
  silentFramesOf,
} from '../support/noise-track.ts';
import { type ServerProcess, startProcess } from '../support/server-process.ts';

const PATIENCE = { timeout: 15_000, interval: 50 };

/** Somebody who asks for a track and never reads it. */
async function neverReading({ url }: ServerProcess, path: string): Promise<IncomingMessage> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(url + path, { agent: false }, resolve).on('error', reject);
  });
  return response.on('error', () => {});
}

test('50 listeners, 25 at a time, beside one who never reads: every play counts, nobody waits', async (t) => {
  // More than the connection takes without being read: the one who doesn't read is stuck for good.
  const track = noiseTrack(800);
  const server = await startProcess({ test: t, files: { 'work.wav': track.wav } });
  const stuck = await neverReading(server, '/stream/work.wav');
  let heard = 0;
  let begun = 0;
  let atOnce = 0;
  let mostAtOnce = 0;
  const listener = async () => {
    while (begun < 50) {
      begun++;
      mostAtOnce = Math.max(mostAtOnce, ++atOnce);
      const { status, body } = await server.request('/stream/work.wav');
      atOnce--;
      expect(status).toBe(200);
      expect(body.length).toBe(track.wav.length);
      expect(foreignFramesOf(track, body)).toBe(0);
      heard++;
    }
  };
  const before = await server.memoryMb();
  await Promise.all(Array.from({ length: 25 }, listener));
  expect(mostAtOnce).toBe(25);
  expect(heard).toBe(50);
  // 50 downloads of 12.8 MB; what is held is a segment or two each.
  expect((await server.memoryMb()) - before).toBeLessThan(150);

  stuck.destroy();
  const plays = await vi.waitFor(async () => {
    const ended = server.lines.filter(({ msg }) => msg.startsWith('listening ended'));
    expect(ended).toHaveLength(51);
    return (await server.stats('work.wav')).segment_play_counts;
  }, PATIENCE);
  const stuckAt = plays.indexOf(50);
  expect(stuckAt).toBeLessThan(track.segments);
  expect(plays).toEqual(
    Array.from({ length: track.segments }, (_, segment) => (segment < stuckAt ? 51 : 50)),
  );
  expect(silentFramesOf(track, await server.audio('work.wav'))).toEqual(silentAfter(plays));
});

test('listeners who vanish at any byte leave no handle, no lock and no timer', async (t) => {
  const track = noiseTrack(20);
  const server = await startProcess({ test: t, files: { 'work.wav': track.wav } });
  await server.request('/stream/work.wav');
  await server.stats('work.wav');
  const rest = async () => (await server.handles()).filter(isOfStream).length;
  const before = await rest();
  const headers = [{}, { Range: 'bytes=0-' }, { 'Sec-Fetch-Dest': 'audio' }, { Range: 'bytes=9-' }];
  const anyVisit = fc.record({
    bytes: fc.oneof(fc.nat(400), fc.nat(track.wav.length), fc.constant(track.wav.length)),
    headers: fc.constantFrom(...headers),
    path: fc.constantFrom('/stream/work.wav', '/stream/work.wav?start=4'),
  });
  // Players are sent the rest in real time: they leave within what they are sent at once.
  const burst = 5 * 8_000 * 4;
  const visits = fc.sample(anyVisit, { numRuns: 200, seed: 4 });
  for (let first = 0; first < visits.length; first += 20) {
    await Promise.all(
      visits.slice(first, first + 20).map(({ bytes, headers, path }, n) => {
        const most = Math.min(bytes, burst, track.wav.length / 3);
        // Each of them somebody else: who comes back goes on where they were, in real time.
        const own = { ...headers, 'User-Agent': `listener ${first + n}` };
        return leaveAfter(server.port, path, most, own);
      }),
    );
  }
  await vi.waitFor(async () => expect(await rest()).toBeLessThanOrEqual(before), PATIENCE);

  // No segment is locked: somebody else hears all of it at once, and it wears.
  const { segment_play_counts: earlier } = await server.stats('work.wav');
  const { body } = await server.request('/stream/work.wav');
  silentFramesOf(track, body);
  const { segment_play_counts: plays } = await server.stats('work.wav');
  expect(plays).toEqual(earlier.map((count) => count + 1));
  expect(silentFramesOf(track, await server.audio('work.wav'))).toEqual(silentAfter(plays));
  // A response or a timer that was left would keep it from ending.
  expect(await server.end()).toEqual({ code: 0, signal: null });
  expect(server.lines.filter(({ level }) => level > 30)).toEqual([]);
});

function isOfStream(target: string): boolean {
  return target.startsWith('socket:') || target.endsWith('.wav');
}

test('a crowd that comes and goes leaves memory as it was', async (t) => {
  const track = noiseTrack(40);
  const server = await startProcess({
    test: t,
    env: { STREAM_RATE: '0', DEGRADATION_RATE: '0.01', LOG_LEVEL: 'info' },
    files: { 'work.wav': track.wav },
  });
  const warmUp = crowd(server.port, '/stream/work.wav', 10);
  await warmUp.until(100);
  await warmUp.leave();
  const before = await server.memoryMb();
  const people = crowd(server.port, '/stream/work.wav', 10);
  await people.until(400);
  await people.leave();
  // 400 downloads of 640 kB are 256 MB.
  expect((await server.memoryMb()) - before).toBeLessThan(80);
});
