import { randomFillSync } from 'node:crypto';

const SAMPLE_RATE = 44_100;
const BLOCK_ALIGN = 4;
const HEADER_BYTES = 44;

/**
 * A WAV of 44.1 kHz, stereo, 16 bit, full of noise; made in a moment even where it is long.
 * @param trailer chunks that come after the audio
 */
export function noiseWav(seconds: number, trailer: Uint8Array = Buffer.alloc(0)): Buffer {
  const dataBytes = Math.round(seconds * SAMPLE_RATE) * BLOCK_ALIGN;
  const file = Buffer.allocUnsafe(HEADER_BYTES + dataBytes + trailer.length);
  file.write('RIFF', 0, 'latin1');
  file.writeUInt32LE(file.length - 8, 4);
  file.write('WAVEfmt ', 8, 'latin1');
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(2, 22);
  file.writeUInt32LE(SAMPLE_RATE, 24);
  file.writeUInt32LE(SAMPLE_RATE * BLOCK_ALIGN, 28);
  file.writeUInt16LE(BLOCK_ALIGN, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36, 'latin1');
  file.writeUInt32LE(dataBytes, 40);
  file.set(trailer, HEADER_BYTES + dataBytes);
  return randomFillSync(file, HEADER_BYTES, dataBytes);
}
