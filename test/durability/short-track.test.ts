import { get } from 'node:http';
import { expect, test } from 'vitest';
import { serve } from '../support/serve.ts';
import { wavFile } from '../support/wav-files.ts';

const PLAYER = { 'Sec-Fetch-Dest': 'audio' };

/** The bytes of a body that a player is sent until it is whole, or so much time has passed. */
function heardWithin(url: string, ms: number, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    let bytes = 0;
    const request = get(url, { headers, agent: false }, (response) => {
      response.on('data', (data) => {
        bytes += data.length;
      });
      response.on('error', () => {});
      response.on('close', () => {
        clearTimeout(timer);
        resolve(bytes);
      });
    });
    request.on('error', reject);
    const timer = setTimeout(() => request.destroy(), ms);
  });
}

// 44.1 kHz mono of 16 bit: usual, and few bytes a second.
const work = wavFile({ channels: 1, frames: 44_100 * 4 });

test.each([
  ['a track that is shorter than the lead', 0],
  ['a seek to its last seconds', 44 + 88_200],
])('%s reaches a player to its end', async (_what, first) => {
  const server = await serve({ files: { 'work.wav': work } });
  const headers = { ...PLAYER, Range: `bytes=${first}-` };
  const bytes = await heardWithin(`${server.url}/stream/work.wav`, 12_000, headers);
  expect(bytes).toBe(work.length - first);
});
