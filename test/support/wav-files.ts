import wavefile from 'wavefile';

export interface WavSpec {
  readonly channels?: number;
  readonly sampleRate?: number;
  readonly frames?: number;
  /** As wavefile names them: 8, 16, 24, 32, 32f, 64, 8a (A-law), 8m (µ-law). */
  readonly bitDepth?: '8' | '16' | '24' | '32' | '32f' | '64' | '8a' | '8m';
  readonly title?: string;
}

/**
 * A WAV made by an encoder that isn't ours, in which no frame is silent: noise from a fixed seed,
 * kept away from zero.
 */
export function wavFile({
  channels = 2,
  sampleRate = 44_100,
  frames = 44_100,
  bitDepth = '16',
  title,
}: WavSpec = {}): Buffer {
  const random = xorshift(frames * 31 + channels);
  const noise = () => (random() < 0.5 ? -1 : 1) * (0.1 + 0.8 * random());
  const isCompanded = bitDepth === '8a' || bitDepth === '8m';
  const isFloat = bitDepth === '32f' || bitDepth === '64';
  const scale = 2 ** ((isCompanded ? 16 : Number.parseInt(bitDepth, 10)) - 1) - 1;
  const middle = bitDepth === '8' ? 128 : 0;
  const sample = () => (isFloat ? noise() : Math.round(noise() * scale) + middle);
  const samples = Array.from({ length: channels }, () => Array.from({ length: frames }, sample));
  const wav = new wavefile.WaveFile();
  wav.fromScratch(channels, sampleRate, isCompanded ? '16' : bitDepth, samples);
  if (bitDepth === '8a') wav.toALaw();
  if (bitDepth === '8m') wav.toMuLaw();
  if (title !== undefined) wav.setTag('INAM', title);
  return Buffer.from(wav.toBuffer());
}

/** A generator of numbers from 0 to 1 that starts over in every test. */
function xorshift(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/**
 * How many frames are silent in a run of bytes.
 * @param silence what every byte of a silent frame is
 */
export function silentFrames(bytes: Uint8Array, blockAlign: number, silence = 0): number {
  let count = 0;
  for (let start = 0; start + blockAlign <= bytes.length; start += blockAlign) {
    if (bytes.subarray(start, start + blockAlign).every((byte) => byte === silence)) count++;
  }
  return count;
}
