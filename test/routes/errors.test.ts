import { rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { chunk, fmtBody, riff } from '../support/riff.ts';
import { serve } from '../support/serve.ts';
import { wavFile } from '../support/wav-files.ts';

const work = wavFile({ sampleRate: 8_000, frames: 10_000 });

describe('a method that a route doesn’t have is refused with those it has', () => {
  const routes = ['/tracks', '/stats/work.wav', '/stream/work.wav', '/healthz'];
  const methods = ['POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND'];
  test.each(routes)('%s', async (path) => {
    const server = await serve({ files: { 'work.wav': work } });
    for (const method of methods) {
      const response = await server.request(path, { method });
      expect(response.status, method).toBe(405);
      expect(response.headers.allow, method).toBe('GET, HEAD');
      expect(JSON.parse(response.body.toString()), method).toEqual({ error: expect.any(String) });
    }
  });
});

test('every error is JSON with a sentence', async () => {
  const server = await serve({ files: { 'work.wav': work } });
  const requests: [number, string, object?][] = [
    [404, '/'],
    [404, '/nothing/here'],
    [404, '/stream/unknown.wav'],
    [404, '/stats/unknown.wav'],
    [400, '/stream/%'],
    [400, '/stream/work.wav?start=abc'],
    [416, '/stream/work.wav?start=99'],
    [416, '/stream/work.wav', { headers: { Range: 'bytes=99999999-' } }],
    [405, '/tracks', { method: 'POST' }],
  ];
  for (const [status, path, options] of requests) {
    const response = await server.request(path, options);
    expect(response.status, path).toBe(status);
    expect(response.headers['content-type'], path).toMatch(/^application\/json/);
    const body = JSON.parse(response.body.toString());
    expect(Object.keys(body), path).toEqual(['error']);
    expect(body.error, path).toMatch(/^\S+ .+\.$/);
  }
  expect(server.lines.filter(({ level }) => level >= 50)).toEqual([]);
});

/** Leaves it to the request to find out what happened to a file. */
const UNWATCHED = { WATCH_POLL_MS: '60000' };

describe('a file that can’t be read is a 500 and a log line with the cause', () => {
  const changes: [string, (path: string) => Promise<unknown>][] = [
    ['deleted', (path) => rm(path)],
    ['shortened', (path) => truncate(path, 100)],
    ['grown', async (path) => writeFile(path, Buffer.alloc(99), { flag: 'a' })],
    [
      'replaced by a link',
      async (path) => {
        await rename(path, `${path}.moved`);
        await symlink(`${path}.moved`, path);
      },
    ],
  ];
  test.each(changes)('%s', async (_how, change) => {
    const server = await serve({
      files: { 'work.wav': work, 'other.wav': work },
      env: UNWATCHED,
    });
    await change(join(server.audioDir, 'work.wav'));
    const response = await server.request('/stream/work.wav');
    expect(response.status).toBe(500);
    expect(JSON.parse(response.body.toString())).toEqual({ error: expect.any(String) });
    expect(response.body.toString()).not.toContain(server.audioDir);
    const errors = server.lines.filter(({ level }) => level >= 50);
    expect(errors).toEqual([
      expect.objectContaining({
        track: 'work.wav',
        err: expect.objectContaining({ message: expect.any(String) }),
      }),
    ]);
    expect((await server.request('/stream/other.wav')).status).toBe(200);
  });
});

test('a file that gets shorter while it is heard breaks the connection', async () => {
  const fmt = fmtBody({ channels: 8, bits: 32, sampleRate: 48_000 });
  const moreThanBuffersHold = Buffer.alloc(64 * 1024 * 1024, 1);
  const long = riff([chunk('fmt ', fmt), chunk('data', moreThanBuffersHold)]);
  const server = await serve({ files: { 'work.wav': long }, env: UNWATCHED });
  const path = join(server.audioDir, 'work.wav');
  const outcome = await new Promise<string>((resolve) => {
    get(`${server.url}/stream/work.wav`, (response) => {
      response.once('readable', () => {
        void truncate(path, 1_000).then(() => response.resume());
      });
      response.on('error', (error) => resolve(error.message));
      response.on('end', () => resolve('complete'));
    });
  });
  expect(outcome).toBe('aborted');
  const errors = server.lines.filter(({ level }) => level >= 50);
  expect(errors.length).toBeGreaterThan(0);
  expect(errors[0]).toMatchObject({ track: 'work.wav', err: { message: expect.any(String) } });
});
