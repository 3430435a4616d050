import { get, type IncomingMessage } from 'node:http';
import { describe, expect, test, vi } from 'vitest';
import { noiseTrack, SEGMENT_BYTES, silentAfter, silentFramesOf } from '../support/noise-track.ts';
import { serve } from '../support/serve.ts';

const track = noiseTrack(40);
const PATIENCE = { timeout: 15_000, interval: 20 };
type Server = Awaited<ReturnType<typeof serve>>;

/** A player who stays: what it is sent is taken, and comes in real time. */
function listening(server: Server, headers: Record<string, string> = {}): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const options = { headers: { 'Sec-Fetch-Dest': 'audio', ...headers }, agent: false };
    get(`${server.url}/stream/work.wav`, options, (response) => {
      resolve(response.on('error', () => {}).resume());
    }).on('error', reject);
  });
}

async function plays(server: Server): Promise<number[]> {
  return (await server.json('/stats/work.wav')).segment_play_counts;
}

describe('MAX_STREAMS', () => {
  test('more streams are refused with 503, hear nothing and wear nothing', async () => {
    const server = await serve({ files: { 'work.wav': track.wav }, env: { MAX_STREAMS: '2' } });
    const [first] = [await listening(server), await listening(server)];
    const refused = await server.request('/stream/work.wav');
    expect(refused.status).toBe(503);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(JSON.parse(refused.body.toString())).toEqual({ error: expect.stringMatching(/again/) });
    expect((await server.request('/stream/work.wav', { method: 'HEAD' })).status).toBe(200);
    expect((await server.request('/tracks')).status).toBe(200);
    expect((await server.request('/healthz')).status).toBe(200);
    first.destroy();
    await vi.waitFor(async () => {
      expect((await server.request('/stream/work.wav?start=19.5')).status).toBe(200);
    }, PATIENCE);
    expect((await plays(server)).at(-1)).toBe(1);
  });
});

describe('MAX_STREAMS_PER_IP', () => {
  test('more streams of one address are refused with 429, those of others not', async () => {
    const env = { MAX_STREAMS_PER_IP: '2', TRUST_PROXY: '1' };
    const server = await serve({ files: { 'work.wav': track.wav }, env });
    const [one, other] = ['192.0.2.1', '192.0.2.2'].map((ip) => ({ 'X-Forwarded-For': ip }));
    const streams = [await listening(server, one), await listening(server, one)];
    const refused = await server.request('/stream/work.wav', { headers: { ...one } });
    expect(refused.status).toBe(429);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    const elsewhere = await server.request('/stream/work.wav?start=19.5', {
      headers: { ...other },
    });
    expect(elsewhere.status).toBe(200);
    streams[0]?.destroy();
    await vi.waitFor(async () => {
      const { status } = await server.request('/stream/work.wav?start=19', { headers: { ...one } });
      expect(status).toBe(200);
    }, PATIENCE);
  });
});

describe('MAX_LISTENINGS_PER_HOUR', () => {
  const env = { MAX_LISTENINGS_PER_HOUR: '3' };

  test('a loop of downloads can’t silence a work', async () => {
    const server = await serve({ files: { 'work.wav': track.wav }, env });
    const statuses: number[] = [];
    for (let n = 0; n < 20; n++) {
      const { status, headers, body } = await server.request('/stream/work.wav');
      statuses.push(status);
      if (status === 200) continue;
      expect(Number(headers['retry-after'])).toBeGreaterThan(3_000);
      expect(body.length).toBeLessThan(500);
    }
    expect(statuses).toEqual([200, 200, 200, ...new Array(17).fill(429)]);
    const counts = new Array(track.segments).fill(3);
    expect(await plays(server)).toEqual(counts);
    expect(silentFramesOf(track, await server.audio('work.wav'))).toEqual(silentAfter(counts));
  });

  test('neither can downloads side by side', async () => {
    const server = await serve({ files: { 'work.wav': track.wav }, env });
    const downloads = Array.from({ length: 50 }, () =>
      server.request('/stream/work.wav').then(
        ({ status }) => status,
        () => 0,
      ),
    );
    await Promise.all(downloads);
    expect(Math.max(...(await plays(server)))).toBeLessThanOrEqual(3);
    expect(await server.json('/stats/work.wav')).toMatchObject({ total_streams: 3 });
  });

  test('neither can players side by side, wherever they begin', async () => {
    const server = await serve({ files: { 'work.wav': track.wav }, env });
    const ranges = Array.from({ length: 20 }, (_, n) => ({ Range: `bytes=${44 + n}-` }));
    await Promise.all(ranges.map((headers) => listening(server, headers)));
    // Real time: until the first of them have heard three seconds.
    await vi.waitFor(async () => {
      expect((await plays(server))[5]).toBeGreaterThan(0);
    }, PATIENCE);
    expect(Math.max(...(await plays(server)))).toBeLessThanOrEqual(3);
  });

  test('seeks within a listening are not refused, the next listening is', async () => {
    const once = { MAX_LISTENINGS_PER_HOUR: '1' };
    const server = await serve({ files: { 'work.wav': track.wav }, env: once });
    const counted = async (segment: number) =>
      vi.waitFor(async () => expect((await plays(server))[segment]).toBe(1), PATIENCE);
    let stream = await listening(server, { Range: 'bytes=0-' });
    await counted(3);
    for (const segment of [20]) {
      stream.destroy();
      stream = await listening(server, { Range: `bytes=${44 + segment * SEGMENT_BYTES}-` });
      expect(stream.statusCode).toBe(206);
      await counted(segment + 3);
    }
    stream.destroy();
    expect((await server.request('/stream/work.wav')).status).toBe(429);
    expect((await listening(server, { Range: 'bytes=0-' })).statusCode).toBe(429);
    expect(await server.json('/stats/work.wav')).toMatchObject({ total_streams: 1 });
  });
});
