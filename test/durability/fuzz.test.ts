import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dataOf, mutatedWav } from '../support/mutated-wav.ts';
import { noiseTrack, silentFramesOf } from '../support/noise-track.ts';
import { rawAnswer, requestText } from '../support/raw-answer.ts';
import { chunk, fmtBody, riff } from '../support/riff.ts';
import { serve } from '../support/serve.ts';

const UNPACED = { STREAM_RATE: '0' };
const ERROR = 50;
// A seed of its own in every run: what fails is printed, and can be tried again.
const TIMEOUT = 60_000;

describe('damaged WAVs', () => {
  test('that say they had a billion frames a second are played and wear', async () => {
    const fmt = fmtBody({ sampleRate: 1_600_000_000, channels: 3, bits: 24 });
    const wav = riff([chunk('fmt ', fmt), chunk('data', Buffer.alloc(9_000, 7))]);
    const server = await serve({ files: { 'work.wav': wav }, env: UNPACED });
    await playOnce(server, 'work.wav', wav);
    expect((await server.request('/healthz')).status).toBe(200);
    await server.close();
    expectOnlyDataChanged(wav, await server.audio('work.wav'));
  });

  test(
    'don’t end the server, and nothing is written outside their data',
    async () => {
      let served = 0;
      const files = fc.array(mutatedWav, { minLength: 40, maxLength: 40 });
      const property = fc.asyncProperty(files, async (wavs) => {
        const named = Object.fromEntries(wavs.map((wav, n) => [`${n}.wav`, wav]));
        const server = await serve({ files: named, env: UNPACED });
        const tracks: { filename: string }[] = await server.json('/tracks');
        for (const { filename } of tracks) {
          const wav = named[filename] ?? Buffer.alloc(0);
          await playOnce(server, filename, wav).catch((error: Error) => {
            throw new Error(`${error.message}, with the header ${headerOf(wav)}`);
          });
          served++;
        }
        await server.close();
        for (const [name, wav] of Object.entries(named)) {
          expectOnlyDataChanged(wav, await server.audio(name));
        }
        expect(server.lines.filter(({ level }) => level >= ERROR)).toEqual([]);
      });
      await fc.assert(property, { numRuns: 8, endOnFailure: true, reporter: briefly });
      // Or nothing was tested: most of them can still be played.
      expect(served).toBeGreaterThan(50);
    },
    TIMEOUT,
  );
});

type Server = Awaited<ReturnType<typeof serve>>;

async function playOnce(server: Server, filename: string, wav: Buffer): Promise<void> {
  const { status, body } = await server.request(`/stream/${filename}`);
  expect(status).toBe(200);
  expect(body.equals(wav)).toBe(true);
  const headers = { Range: 'bytes=-999' };
  expect((await server.request(`/stream/${filename}`, { headers })).status).toBe(206);
  expect([200, 416]).toContain((await server.request(`/stream/${filename}?start=0.3`)).status);
  expect((await server.json(`/stats/${filename}`)).total_streams).toBeGreaterThan(0);
}

function headerOf(wav: Buffer): string {
  return wav.subarray(0, 120).toString('hex');
}

/** Says what failed without the files, which are long. */
function briefly({ failed, seed, counterexamplePath, errorInstance }: Outcome): void {
  if (!failed) return;
  const { message } = errorInstance as Error;
  throw new Error(`with the seed ${seed} and the path ${counterexamplePath}: ${message}`);
}

type Outcome = Pick<
  fc.RunDetails<unknown>,
  'failed' | 'seed' | 'counterexamplePath' | 'errorInstance'
>;

function expectOnlyDataChanged(before: Buffer, after: Buffer): void {
  const { start, end } = dataOf(before) ?? { start: before.length, end: before.length };
  const outside = (file: Buffer) => [file.subarray(0, start), file.subarray(end)];
  expect(after.length).toBe(before.length);
  const isSame = outside(before).every((part, n) => part.equals(outside(after)[n] ?? part));
  const header = headerOf(before);
  expect({ header, isSame }).toEqual({ header, isSame: true });
}

describe('requests', () => {
  const track = noiseTrack(2);
  const digits = fc.stringMatching(/^\d{0,25}$/);
  const junk = fc.string({ unit: 'binary-ascii', maxLength: 40 });
  const line = junk.map((text) => text.replaceAll(/[\r\n\0]/g, ''));
  const range = fc.oneof(
    fc.tuple(digits, digits).map(([first, last]) => `bytes=${first}-${last}`),
    fc.array(fc.tuple(digits, digits)).map((all) => `bytes=${all.map((r) => r.join('-')).join()}`),
    line.map((text) => `bytes=${text}`),
    line,
  );
  const start = fc.oneof(
    fc.double().map(String),
    digits,
    junk.map(encodeURIComponent),
    fc.constantFrom('1e3', '-1', '0x1', 'NaN', 'Infinity', '.', '', '1&start=2', '[]=1', '%'),
  );
  const name = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 30 }).map(encodeURIComponent),
    line.map((text) => text.replaceAll(' ', '%20')),
    fc.constantFrom('work.wav', 'work.wav/', 'WORK.wav', '%', '%ff', '__proto__', 'constructor'),
  );
  const route = fc.constantFrom('/stream', '/stats', '/tracks', '/healthz', '');

  test(
    'whatever is asked for, it is never called the server’s fault',
    async () => {
      const server = await serve({ files: { 'work.wav': track.wav }, env: UNPACED });
      const ask = async (path: string, headers: string[]) => {
        const { status, text } = await rawAnswer(server.port, requestText(path, headers));
        expect({ path, headers, status }).toEqual({ path, headers, status: expect.any(Number) });
        expect(status).toBeGreaterThanOrEqual(200);
        expect(status).toBeLessThan(500);
        return text;
      };
      const options = { numRuns: 300 };
      await fc.assert(
        fc.asyncProperty(range, async (value) => {
          await ask('/stream/work.wav', [`Range: ${value}`]);
        }),
        options,
      );
      await fc.assert(
        fc.asyncProperty(start, async (value) => {
          await ask(`/stream/work.wav?start=${value}`, []);
        }),
        options,
      );
      await fc.assert(
        fc.asyncProperty(route, name, async (at, value) => {
          await ask(`${at}/${value}`, []);
        }),
        options,
      );
      expect((await server.request('/healthz')).status).toBe(200);
      silentFramesOf(track, await server.audio('work.wav'));
      expect(server.lines.filter(({ level }) => level >= ERROR)).toEqual([]);
    },
    TIMEOUT,
  );

  test(
    'bytes that are no HTTP at all don’t end the server',
    async () => {
      const server = await serve({ files: { 'work.wav': track.wav }, env: UNPACED });
      const request = Buffer.from(requestText('/stream/work.wav', ['Range: bytes=0-9']));
      const damaged = fc
        .tuple(fc.nat(request.length - 1), fc.uint8Array({ maxLength: 4 }), fc.nat(4))
        .map(([at, bytes, length]) =>
          Buffer.concat([
            request.subarray(0, at),
            bytes,
            request.subarray(at + length),
            // So that it is answered whatever is missing.
            Buffer.from('\r\nConnection: close\r\n\r\n\r\n'),
          ]),
        );
      await fc.assert(
        fc.asyncProperty(damaged, async (bytes) => {
          const { status } = await rawAnswer(server.port, bytes);
          expect(status < 500 || status === 501 || status === 505).toBe(true);
        }),
        { numRuns: 300 },
      );
      expect((await server.request('/healthz')).status).toBe(200);
      expect(server.lines.filter(({ level }) => level >= ERROR)).toEqual([]);
    },
    TIMEOUT,
  );
});
