import { describe, expect, test } from 'vitest';
import { BODY, RANGE_TABLE } from '../support/range-table.ts';
import { serve } from '../support/serve.ts';
import { wavFile } from '../support/wav-files.ts';

const BLOCK = 44;
const FRAMES = (BLOCK * BODY.length - 44) / 2;
const work = wavFile({ channels: 1, sampleRate: 8_000, frames: FRAMES });

/** The header that asks for blocks where the table's asks for bytes. */
function inBlocks(header: string): string {
  return header.replace(/(\d*)-(\d*)/g, (_, first: string, last: string) => {
    const scaled = (text: string) => BigInt(text) * BigInt(BLOCK);
    const end = first === '' || last === '' ? 0n : BigInt(BLOCK - 1);
    return `${first && scaled(first)}-${last && scaled(last) + end}`;
  });
}

async function ask(header: string) {
  const env = { STREAM_RATE: '0', DEGRADATION_RATE: '0.001' };
  const server = await serve({ files: { 'work.wav': work }, env });
  return server.request('/stream/work.wav', { headers: { Range: header } });
}

test('the table’s body stands for a WAV of ten blocks, which its plays don’t change', async () => {
  expect(work.length).toBe(BLOCK * BODY.length);
  expect(Math.round((FRAMES * 0.001) / 100)).toBe(0);
  expect(inBlocks('bytes=2-4')).toBe('bytes=88-219');
  expect(inBlocks('bytes=-3')).toBe('bytes=-132');
  expect(inBlocks('bytes=7-')).toBe('bytes=308-');
});

describe(`over HTTP, of ${BODY} in blocks of ${BLOCK} bytes`, () => {
  test.each(RANGE_TABLE)('"%s" gets %s', async (header, expected) => {
    const response = await ask(inBlocks(header));
    const size = work.length;
    if (expected === 'whole') {
      expect(response.status).toBe(200);
      expect(response.headers).not.toHaveProperty('content-range');
      expect(response.headers['content-length']).toBe(String(size));
      expect(response.body.equals(work)).toBe(true);
    } else if (expected === '416') {
      expect(response.status).toBe(416);
      expect(response.headers['content-range']).toBe(`bytes */${size}`);
      expect(JSON.parse(response.body.toString())).toEqual({ error: expect.any(String) });
    } else {
      const first = BODY.indexOf(expected) * BLOCK;
      const end = first + expected.length * BLOCK;
      expect(response.status).toBe(206);
      expect(response.headers['content-range']).toBe(`bytes ${first}-${end - 1}/${size}`);
      expect(response.headers['content-length']).toBe(String(end - first));
      expect(response.body.equals(work.subarray(first, end))).toBe(true);
    }
  });
});
