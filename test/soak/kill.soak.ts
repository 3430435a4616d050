import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { killInCrowd } from '../support/killed.ts';
import { noiseTrack } from '../support/noise-track.ts';
import { tempFolder } from '../support/temp-folder.ts';

const SECONDS = Number(process.env.SOAK_SECONDS ?? 30);

// Frames of six bytes lie across the pages in which the system writes a file.
test.each(['16', '24'] as const)(
  'kill -9 in the middle of a crowd, over and over, %s bit',
  async (bitDepth) => {
    const track = noiseTrack(12, bitDepth);
    const folder = await tempFolder();
    await mkdir(join(folder, 'audio'));
    await writeFile(join(folder, 'audio', 'work.wav'), track.wav);
    const anyCrowd = fc.record({
      listeners: fc.integer({ min: 1, max: 16 }),
      downloads: fc.integer({ min: 1, max: 60 }),
      isLong: fc.constantFrom(true, false, false, false),
    });
    const until = performance.now() + (SECONDS / 2) * 1_000;
    let kills = 0;
    // The processes of all rounds would else be kept track of until the end.
    while (performance.now() < until) {
      const cleanups: (() => unknown)[] = [];
      const round = { onTestFinished: (cleanup: () => unknown) => void cleanups.unshift(cleanup) };
      const [people] = fc.sample(anyCrowd, 1);
      if (people === undefined) break;
      try {
        await killInCrowd({ test: round as never, track, folder, ...people });
      } finally {
        for (const cleanup of cleanups) await cleanup();
      }
      kills++;
    }
    expect(kills).toBeGreaterThan(3);
  },
);
