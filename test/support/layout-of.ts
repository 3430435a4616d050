import type { ByteSource } from '../../src/wav/byte-source.ts';
import { readWavLayout, type WavLayout } from '../../src/wav/layout.ts';

/** What our reader makes of the bytes of a file. */
export function layoutOf(file: Buffer): Promise<WavLayout> {
  return readWavLayout(bufferSource(file));
}

export function bufferSource(file: Buffer): ByteSource {
  return {
    size: file.length,
    read: async (offset, length) => file.subarray(offset, offset + length),
  };
}
