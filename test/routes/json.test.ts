import request from 'supertest';
import { describe, expect, test } from 'vitest';
import { serve } from '../support/serve.ts';
import { wavFile } from '../support/wav-files.ts';

describe('every answer that is no audio', () => {
  test.each([
    ['/tracks', 200],
    ['/stats/work.wav', 200],
    ['/healthz', 200],
    ['/stats/nothing.wav', 404],
    ['/stream/nothing.wav', 404],
    ['/stream/work.wav?start=abc', 400],
    ['/stream/%zz', 400],
    ['/nowhere', 404],
  ])('%s is JSON that no cache keeps and any site may read: %i', async (path, status) => {
    const server = await serve({ files: { 'work.wav': wavFile() } });
    const response = await request(server.url)
      .get(path)
      .set('Origin', 'https://example.org')
      .expect(status)
      .expect('Content-Type', 'application/json; charset=utf-8')
      .expect('Cache-Control', 'no-store')
      .expect('Access-Control-Allow-Origin', '*');
    expect(response.headers).not.toHaveProperty('etag');
    expect(response.headers).not.toHaveProperty('x-powered-by');
    if (status >= 400) expect(Object.keys(response.body)).toEqual(['error']);
  });
});
