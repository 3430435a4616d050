import { describe, expect, test } from 'vitest';
import { serve } from '../support/serve.ts';
import { wavFile } from '../support/wav-files.ts';

const files = { 'work.wav': wavFile({ sampleRate: 8_000, frames: 100 }) };
const EXPOSED = ['Content-Range', 'Accept-Ranges', 'Content-Length'];
const ROUTES = ['/tracks', '/stats/work.wav', '/stream/work.wav', '/healthz'];
const ERRORS = ['/stream/unknown.wav', '/stream/work.wav?start=abc', '/nothing', '/stream/%'];
const PAGE = 'https://page.example';

function from(origin: string, more: Record<string, string> = {}) {
  return { headers: { Origin: origin, ...more } };
}

test.each([...ROUTES, ...ERRORS])('any page may read %s', async (path) => {
  const server = await serve({ files });
  const { headers } = await server.request(path, from(PAGE));
  expect(headers['access-control-allow-origin']).toBe('*');
  expect(headers['access-control-expose-headers']?.split(/, */)).toEqual(EXPOSED);
});

test('a page may read the answers to ranges and to HEAD', async () => {
  const server = await serve({ files, env: { STREAM_RATE: '0' } });
  for (const options of [
    from(PAGE, { Range: 'bytes=0-9' }),
    from(PAGE, { Range: 'bytes=99999-' }),
    { ...from(PAGE), method: 'HEAD' },
  ]) {
    const { headers } = await server.request('/stream/work.wav', options);
    expect(headers['access-control-allow-origin']).toBe('*');
    expect(headers['access-control-expose-headers']).toContain('Content-Range');
  }
});

describe('with a list of origins', () => {
  const env = { CORS_ORIGIN: 'https://one.example, https://two.example:8443' };

  test.each(['https://one.example', 'https://two.example:8443'])('%s may read', async (origin) => {
    const server = await serve({ files, env });
    for (const path of [...ROUTES, ...ERRORS]) {
      const { headers } = await server.request(path, from(origin));
      expect(headers['access-control-allow-origin'], path).toBe(origin);
      expect(headers.vary, path).toMatch(/\bOrigin\b/i);
    }
  });

  test.each([
    'https://three.example',
    'http://one.example',
    'https://two.example',
    'https://one.example.evil.example',
    'null',
  ])('%s may not', async (origin) => {
    const server = await serve({ files, env });
    const { headers, status } = await server.request('/tracks', from(origin));
    expect(status).toBe(200);
    expect(headers).not.toHaveProperty('access-control-allow-origin');
  });
});

test('a preflight for a range is granted, and plays nothing', async () => {
  const server = await serve({ files });
  const response = await server.request('/stream/work.wav', {
    method: 'OPTIONS',
    ...from(PAGE, {
      'Access-Control-Request-Method': 'GET',
      'Access-Control-Request-Headers': 'range',
    }),
  });
  expect(response.status).toBe(204);
  expect(response.headers['access-control-allow-origin']).toBe('*');
  expect(response.headers['access-control-allow-methods']?.split(',')).toEqual(['GET', 'HEAD']);
  expect(response.headers['access-control-allow-headers']).toBe('range');
  expect(response.body.length).toBe(0);
  expect(await server.json('/stats/work.wav')).toMatchObject({ total_streams: 0 });
});
