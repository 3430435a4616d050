import { describe, expect, test } from 'vitest';
import { serve } from '../support/serve.ts';
import { wavFile } from '../support/wav-files.ts';

const work = wavFile({ sampleRate: 8_000, frames: 10_000 });
const UNPACED = { STREAM_RATE: '0' };

const PLAYERS = [{ 'Sec-Fetch-Dest': 'audio' }, { 'Sec-Fetch-Dest': 'video' }];
const OTHERS = [{}, { 'Sec-Fetch-Dest': 'empty' }, { 'Sec-Fetch-Dest': 'document' }];
const UNCHANGING = {
  'content-type': 'audio/wav',
  'accept-ranges': 'bytes',
  'cache-control': 'no-store, no-transform',
};

describe('whoever is no player', () => {
  test.each(OTHERS)('gets the file in chunks: %j', async (headers) => {
    const server = await serve({ files: { 'work.wav': work } });
    const response = await server.request('/stream/work.wav', { headers });
    expect(response.status).toBe(200);
    expect(response.headers).toMatchObject({ ...UNCHANGING, 'transfer-encoding': 'chunked' });
    expect(response.headers).not.toHaveProperty('content-length');
    expect(response.body.equals(work)).toBe(true);
  });
});

describe('a player', () => {
  test.each(PLAYERS)('is told the length: %j', async (headers) => {
    const server = await serve({ files: { 'work.wav': work }, env: UNPACED });
    const response = await server.request('/stream/work.wav', { headers });
    expect(response.status).toBe(200);
    expect(response.headers).toMatchObject({
      ...UNCHANGING,
      'content-length': String(work.length),
    });
    expect(response.headers).not.toHaveProperty('transfer-encoding');
    expect(response.body.equals(work)).toBe(true);
  });

  test('that asks for a range gets it with its length', async () => {
    const server = await serve({ files: { 'work.wav': work }, env: UNPACED });
    const response = await server.request('/stream/work.wav', { headers: { Range: 'bytes=0-' } });
    expect(response.status).toBe(206);
    expect(response.headers).toMatchObject({
      ...UNCHANGING,
      'content-length': String(work.length),
      'content-range': `bytes 0-${work.length - 1}/${work.length}`,
    });
    expect(response.body.equals(work)).toBe(true);
  });
});

describe('HEAD', () => {
  test('says what a GET for all of it would, with the length', async () => {
    const server = await serve({ files: { 'work.wav': work } });
    const response = await server.request('/stream/work.wav', { method: 'HEAD' });
    expect(response.status).toBe(200);
    expect(response.headers).toMatchObject({
      ...UNCHANGING,
      'content-length': String(work.length),
    });
    expect(response.body.length).toBe(0);
  });

  test('knows no ranges', async () => {
    const server = await serve({ files: { 'work.wav': work } });
    for (const range of ['bytes=0-9', 'bytes=99999999-']) {
      const headers = { Range: range };
      const response = await server.request('/stream/work.wav', { method: 'HEAD', headers });
      expect(response.status).toBe(200);
      expect(response.headers['content-length']).toBe(String(work.length));
      expect(response.headers).not.toHaveProperty('content-range');
    }
  });
});

test('nothing is offered that a cache could be validated with', async () => {
  const server = await serve({ files: { 'work.wav': work }, env: UNPACED });
  for (const request of [{}, { method: 'HEAD' }, { headers: { Range: 'bytes=0-9' } }]) {
    const { headers } = await server.request('/stream/work.wav', request);
    expect(headers).not.toHaveProperty('etag');
    expect(headers).not.toHaveProperty('last-modified');
    expect(headers).not.toHaveProperty('expires');
  }
});

test.each(['"an-etag"', 'W/"weak"', 'Wed, 21 Oct 2015 07:28:00 GMT'])(
  'as nothing can match, If-Range: %s makes the range be ignored',
  async (condition) => {
    const server = await serve({ files: { 'work.wav': work }, env: UNPACED });
    const headers = { Range: 'bytes=4-7', 'If-Range': condition };
    const response = await server.request('/stream/work.wav', { headers });
    expect(response.status).toBe(200);
    expect(response.headers).not.toHaveProperty('content-range');
    expect(response.body.equals(work)).toBe(true);
  },
);

test('a condition of a cache doesn’t keep anybody from listening', async () => {
  const server = await serve({ files: { 'work.wav': work } });
  const headers = {
    'If-None-Match': '"an-etag"',
    'If-Modified-Since': new Date(Date.now() + 1e9).toUTCString(),
  };
  const response = await server.request('/stream/work.wav', { headers });
  expect(response.status).toBe(200);
  expect(response.body.equals(work)).toBe(true);
});

test('the second listener hears what the first one left', async () => {
  const server = await serve({ files: { 'work.wav': work }, env: { DEGRADATION_RATE: '50' } });
  await server.request('/stream/work.wav');
  await server.json('/stats/work.wav');
  const left = await server.audio('work.wav');
  expect(left.equals(work)).toBe(false);
  const second = await server.request('/stream/work.wav');
  expect(second.body.equals(left)).toBe(true);
});
