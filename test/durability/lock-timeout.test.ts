import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { KeyedMutex } from '../../src/keyed-mutex.ts';
import type { Track } from '../../src/library/track.ts';
import { wholeFile } from '../../src/streaming/representation.ts';
import { StreamLimits } from '../../src/streaming/stream-limits.ts';
import { Streams } from '../../src/streaming/streams.ts';
import { noiseTrack, silentAfter, silentFramesOf } from '../support/noise-track.ts';
import { rawRequest } from '../support/raw-request.ts';
import { trackOnDisk } from '../support/track-on-disk.ts';

const noise = noiseTrack(4);
const LOCK_TIMEOUT_MS = 100;

/** A track whose locks the test holds in its hands, and a server that streams it. */
async function trackWithLocks() {
  const { wav, audio, segments, locks, plays, records, failures } = await trackOnDisk(
    noise,
    LOCK_TIMEOUT_MS,
  );
  const track: Track = {
    ...wav,
    title: 'work',
    duration: 2,
    segmentDuration: 0.5,
    degradationRate: 1,
    createdAt: '',
    segments,
    audio,
    plays,
  };
  const limits = new StreamLimits({ maxStreams: 0, maxStreamsPerIp: 0, maxListeningsPerHour: 0 });
  const pace = { leadSeconds: 5, rate: 0 };
  const streams = new Streams({ pace, limits, log: pino({ level: 'silent' }) });
  const representation = wholeFile(wav.layout);
  const range = { first: 0, last: representation.size - 1 };
  const server = createServer(async (_request, response) => {
    const request = { track, representation, range, isPlayer: false, address: '', userAgent: '' };
    const send = streams.open(request, response);
    const file = await audio.file.open();
    await send(file.handle);
    await file.close();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.close();
    await streams.stop();
    await plays.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    locks,
    plays,
    records,
    failures,
    listen: async () => (await rawRequest(port, '/')).body,
    silent: async () => silentFramesOf(noise, await readFile(wav.path)),
  };
}

/** Takes a segment's lock until it is told to let go. */
function hold(locks: KeyedMutex<number>, segment: number): () => Promise<void> {
  let letGo = () => {};
  const held = locks.runExclusive(segment, () => new Promise<void>((resolve) => (letGo = resolve)));
  return () => {
    letGo();
    return held;
  };
}

test('a segment whose lock can’t be had goes out undegraded, and the next play makes up for it', async () => {
  const { locks, plays, records, failures, listen, silent } = await trackWithLocks();
  const letGo = hold(locks, 1);
  // Segments beside it may have to wait with it, the others not; it is as it was.
  for (const streams of [1, 2]) {
    const heard = silentFramesOf(noise, await listen());
    expect(heard[1]).toBe(0);
    await vi.waitFor(() => expect(records.at(-1)).toEqual(new Array(4).fill(streams)), 10_000);
    expect((await silent())[1]).toBe(0);
    expect(plays.counts[1]).toBe(0);
  }

  await letGo();
  silentFramesOf(noise, await listen());
  await vi.waitFor(() => expect([...plays.counts]).toEqual([3, 3, 3, 3]), 10_000);
  expect(await silent()).toEqual(silentAfter([3, 3, 3, 3]));
  expect(records.at(-1)).toEqual([3, 3, 3, 3]);
  expect(failures).toEqual([]);
  await vi.waitFor(() => expect(locks.size).toBe(0), 10_000);
});

test('with all locks held the whole track is heard, and nobody waits for longer than the timeouts', async () => {
  const { locks, plays, listen, silent } = await trackWithLocks();
  const letGo = [0, 1, 2, 3].map((segment) => hold(locks, segment));
  const bodies = await Promise.all([listen(), listen(), listen()]);
  for (const body of bodies) expect(body.equals(noise.wav)).toBe(true);
  expect(await silent()).toEqual([0, 0, 0, 0]);
  await Promise.all(letGo.map((release) => release()));
  await vi.waitFor(() => expect([...plays.counts]).toEqual([3, 3, 3, 3]), 10_000);
  expect(await silent()).toEqual(silentAfter([3, 3, 3, 3]));
});
