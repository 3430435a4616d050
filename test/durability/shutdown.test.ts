import { get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, test, vi } from 'vitest';
import { noiseTrack, silentAfter, silentFramesOf } from '../support/noise-track.ts';
import { rawRequest } from '../support/raw-request.ts';
import { type ServerProcess, startProcess } from '../support/server-process.ts';

const SEGMENTS = 40;
const track = noiseTrack(SEGMENTS);
const LIMIT_MS = 10_000;

/** Opens a response and reads none of it. */
function opened({ port }: ServerProcess, path: string, headers = {}): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path, headers, agent: false };
    get(options, resolve).on('error', reject);
  });
}

/** Takes what is sent until the connection ends. */
function drained(response: IncomingMessage): Promise<boolean> {
  response.resume().on('error', () => {});
  return new Promise((resolve) => response.on('close', () => resolve(response.complete)));
}

describe.concurrent.each(['SIGTERM', 'SIGINT'] as const)('%s', (signal) => {
  test('records what was heard, refuses the rest and ends with 0 within 10 s', async (t) => {
    const server = await startProcess({ test: t, files: { 'work.wav': track.wav } });
    expect((await server.request('/stream/work.wav?start=19')).status).toBe(200);
    // Two players in the middle of their listening, and somebody who reads nothing.
    const players = [1, 2].map(() => opened(server, '/stream/work.wav', { Range: 'bytes=0-' }));
    const drains = (await Promise.all(players)).map(drained);
    const stuck = await opened(server, '/stream/work.wav', { 'Sec-Fetch-Dest': 'audio' });
    stuck.on('error', () => {});
    const before = await vi.waitFor(
      async () => {
        const { segment_play_counts: plays, ...rest } = await server.stats('work.wav');
        expect(plays[5]).toBeGreaterThanOrEqual(2);
        return { plays, ...rest };
      },
      { timeout: 15_000, interval: 20 },
    );
    const beganAt = performance.now();
    expect(await server.end(signal)).toEqual({ code: 0, signal: null });
    expect(performance.now() - beganAt).toBeLessThan(LIMIT_MS);
    expect(await Promise.all(drains)).toEqual([false, false]);
    expect(server.errors()).toBe('');
    await expect(rawRequest(server.port, '/stream/work.wav')).rejects.toThrow(/ECONNREFUSED/);

    const record = await server.record('work.json');
    expect(record.unsettled).toEqual([]);
    const plays = record.segment_play_counts;
    expect(plays.every((count, segment) => count >= (before.plays[segment] ?? 0))).toBe(true);
    // A player counts up to where its ear was, and no more of what it was sent.
    const ended = server.lines.filter(({ ending }) => ending === 'the server stopped');
    const heard = ended.map(({ segments }) => Number(segments));
    expect(heard.length).toBeGreaterThanOrEqual(2);
    expect(Math.max(...heard)).toBeLessThan(SEGMENTS - 2);
    expect(plays.slice(0, -2)).toEqual(
      Array.from(
        { length: SEGMENTS - 2 },
        (_, segment) => heard.filter((count) => count > segment).length,
      ),
    );
    expect(plays.slice(-2)).toEqual([1, 1]);
    expect(record.total_streams).toBe(1 + heard.filter((count) => count > 0).length);
    expect(silentFramesOf(track, await server.audio('work.wav'))).toEqual(silentAfter(plays));
  });
});

test('a signal refuses new streams on connections that are still open', async () => {
  const server = await startProcess({ files: { 'work.wav': track.wav } });
  const socket = connect(server.port, '127.0.0.1');
  let answer = '';
  socket.on('data', (bytes) => {
    answer += bytes;
  });
  const closed = new Promise((resolve) => socket.on('close', resolve));
  socket.on('error', () => {});
  socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
  await vi.waitFor(() => expect(answer).toContain('200 OK'));
  server.signal('SIGTERM');
  // Whichever comes first: no stream is begun.
  socket.write('GET /stream/work.wav HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  await closed;
  await server.exited;
  const { segment_play_counts: plays } = await server.record('work.json');
  const isWhole = answer.endsWith('0\r\n\r\n');
  expect(plays.every((count) => count <= (isWhole ? 1 : 0)) || plays.at(-1) === 0).toBe(true);
});

test('a second signal ends it at once, and nothing is lost that was recorded', async () => {
  const env = { STREAM_RATE: '0' };
  const server = await startProcess({ env, files: { 'work.wav': track.wav } });
  await server.request('/stream/work.wav');
  await server.stats('work.wav');
  await server.request('/stream/work.wav');
  // Stopped, so that it finds both when it goes on.
  server.signal('SIGSTOP');
  server.signal('SIGTERM');
  server.signal('SIGINT');
  server.signal('SIGCONT');
  expect(await server.exited).toEqual({ code: 1, signal: null });
  const messages = server.lines.map(({ msg }) => msg);
  expect(messages.join()).toMatch(/second SIG(TERM|INT)/);
  expect(messages).not.toContain('stopped');

  const next = await startProcess({ env, folder: server.root });
  const { segment_play_counts: plays } = await next.stats('work.wav');
  expect(plays.every((count) => count === 1 || count === 2)).toBe(true);
  expect(silentFramesOf(track, await next.audio('work.wav'))).toEqual(silentAfter(plays));
});
