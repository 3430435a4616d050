import { randomFillSync } from 'node:crypto';
import { copyFile, open } from 'node:fs/promises';
import { join } from 'node:path';
import { wavHeader } from '../../src/wav/header.ts';

/** 16-bit PCM. */
export interface WavSpec {
  readonly sampleRate: number;
  readonly channels: number;
  readonly frames: number;
  /** Frames at the beginning that are noise; the rest are a hole in the file. All, if not given. */
  readonly noiseFrames?: number;
}

export const CD = { sampleRate: 44_100, channels: 2 };
export const CD_BYTES_A_SECOND = 176_400;

const BLOCK_BYTES = 1 << 20;

/** Writes the same noise under several names. */
export async function writeWavs(
  folder: string,
  filenames: readonly string[],
  spec: WavSpec,
): Promise<void> {
  const [first = '', ...others] = filenames;
  await writeWav(join(folder, first), spec);
  for (const name of others) {
    await copyFile(join(folder, first), join(folder, name));
    const file = await open(join(folder, name));
    await file.datasync();
    await file.close();
  }
}

/**
 * Writes a WAV, an RF64 past 4 GiB, and waits until it is on the disk, so that nothing that is
 * measured pays for it.
 */
export async function writeWav(path: string, spec: WavSpec): Promise<void> {
  const { frames, noiseFrames = frames } = spec;
  const blockAlign = spec.channels * 2;
  const header = wavHeader(fmtBody(spec), frames, frames * blockAlign);
  const file = await open(path, 'wx');
  try {
    await file.truncate(header.length + frames * blockAlign);
    await file.write(header, 0, header.length, 0);
    const block = noise();
    for (let done = 0; done < noiseFrames * blockAlign; ) {
      const length = Math.min(block.length, noiseFrames * blockAlign - done);
      await file.write(block, 0, length, header.length + done);
      done += length;
    }
    await file.datasync();
  } finally {
    await file.close();
  }
}

/** Noise in which no byte is 0, so that no frame is silent. */
function noise(): Buffer {
  const block = randomFillSync(Buffer.alloc(BLOCK_BYTES));
  for (let i = 0; i < block.length; i++) block[i] = (block[i] ?? 0) | 1;
  return block;
}

function fmtBody({ sampleRate, channels }: WavSpec): Buffer {
  const body = Buffer.alloc(16);
  body.writeUInt16LE(1, 0);
  body.writeUInt16LE(channels, 2);
  body.writeUInt32LE(sampleRate, 4);
  body.writeUInt32LE(sampleRate * channels * 2, 8);
  body.writeUInt16LE(channels * 2, 12);
  body.writeUInt16LE(16, 14);
  return body;
}
