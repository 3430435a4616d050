import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UnusableWavError } from '../../src/wav/errors.ts';
import { cutSegments } from '../../src/wav/segments.ts';
import { layoutOf } from '../support/layout-of.ts';
import { bodyOf, chunk, extensibleFmt, infoList, rf64, riff } from '../support/riff.ts';
import { wavFile } from '../support/wav-files.ts';

const FRAMES = 40;
const BLOCK_ALIGN = 6;
const original = wavFile({ frames: FRAMES, bitDepth: '24', title: 'Dusk' });
const fmt = bodyOf(original, 'fmt ');
const audio = bodyOf(original, 'data');
const tags = infoList({ INAM: Buffer.from('Dusk') });

const FILES = {
  'as wavefile writes it': original,
  'tags before the audio': riff([tags, chunk('fmt ', fmt), chunk('data', audio)]),
  'the fmt chunk behind the audio': riff([chunk('data', audio), chunk('fmt ', fmt), tags]),
  extensible: riff([chunk('fmt ', extensibleFmt(fmt)), chunk('data', audio), tags]),
  RF64: rf64(fmt, audio, { before: [tags], after: [tags] }),
};

/** Fails on any way out but a refusal with a reason, and on audio outside the file. */
async function framesIn(file: Buffer): Promise<number> {
  try {
    const layout = await layoutOf(file);
    const segments = cutSegments(layout, 0.5);
    expect(layout.dataOffset).toBeGreaterThanOrEqual(12);
    expect(segments.dataEnd).toBeLessThanOrEqual(file.length);
    expect(layout.frames).toBeGreaterThan(0);
    return layout.frames;
  } catch (error) {
    expect(error).toBeInstanceOf(UnusableWavError);
    expect((error as Error).message).not.toBe('');
    return 0;
  }
}

describe.each(Object.entries(FILES))('%s', (_what, file) => {
  test('cut off after any byte, it is refused or has the audio that is left', async () => {
    const counts: number[] = [];
    for (let length = 0; length <= file.length; length++) {
      counts.push(await framesIn(file.subarray(0, length)));
    }
    expect(counts[0]).toBe(0);
    expect(counts.at(-1)).toBe(FRAMES);
    const partial = new Set(counts);
    if (file.indexOf('fmt ') < file.indexOf('data')) {
      expect([...partial].sort((a, b) => a - b)).toEqual(
        Array.from({ length: FRAMES + 1 }, (_, i) => i),
      );
    }
  });

  test('with any bytes changed, it is refused or has audio that lies inside it', async () => {
    const change = fc.record({
      at: fc.nat({ max: Math.min(120, file.length - 1) }),
      byte: fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.nat({ max: 255 })),
    });
    const changes = fc.array(change, { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(changes, async (all) => {
        const damaged = Buffer.from(file);
        for (const { at, byte } of all) damaged[at] = byte;
        await framesIn(damaged);
      }),
      { numRuns: 300 },
    );
  });
});

test('a file cut off in its audio keeps whole frames only', async () => {
  const file = riff([chunk('fmt ', fmt), chunk('data', audio)]);
  for (let missing = 1; missing <= 2 * BLOCK_ALIGN; missing++) {
    const left = Math.floor((audio.length - missing) / BLOCK_ALIGN);
    expect(await framesIn(file.subarray(0, file.length - missing))).toBe(left);
  }
});

test('bytes that are no WAV at all are refused', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
      expect(await framesIn(Buffer.from(bytes))).toBe(0);
    }),
    { numRuns: 200 },
  );
});

test.each([
  ['a big-endian WAV', 'RIFX'],
  ['an AIFF', 'FORM'],
])('%s is refused', async (_what, form) => {
  await expect(layoutOf(riff([chunk('fmt ', fmt), chunk('data', audio)], form))).rejects.toThrow(
    'not a WAV',
  );
});

test('a RIFF of another type is refused', async () => {
  const file = riff([chunk('fmt ', fmt), chunk('data', audio)]);
  file.write('AVI ', 8, 'latin1');
  await expect(layoutOf(file)).rejects.toThrow('not a WAV');
});

test('thousands of empty chunks end the search', async () => {
  const many = new Array<Buffer>(100_000).fill(chunk('junk', Buffer.alloc(0)));
  await expect(layoutOf(riff([...many, chunk('fmt ', fmt), chunk('data', audio)]))).rejects.toThrow(
    UnusableWavError,
  );
});
