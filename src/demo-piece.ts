import { readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import wavefile from 'wavefile';

const SAMPLE_RATE = 44_100;
const DURATION_S = 24;
const FULL_SCALE = 32_767;
// A pentatonic scale has no wrong notes. Hz.
const SCALE = [220, 246.94, 293.66, 329.63, 369.99, 440, 493.88, 587.33];
const STEP_S = 0.75;
const BELL_S = 4;
const PARTIALS = [
  { ratio: 1, level: 1 },
  { ratio: 2.01, level: 0.35 },
  { ratio: 3.98, level: 0.12 },
];

export const DEMO_FILENAME = 'first-light.wav';

/**
 * Writes a short synthesized piece into a folder that holds nothing but hidden files.
 * @returns its path, or undefined where there was something already
 */
export async function writeDemoPiece(folder: string): Promise<string | undefined> {
  const names = await readdir(folder);
  if (names.some((name) => !name.startsWith('.'))) return undefined;
  const path = join(folder, DEMO_FILENAME);
  // Under a hidden name first, so that a start that is cut off leaves no half of it to be served.
  const unfinished = join(folder, `.${DEMO_FILENAME}`);
  await writeFile(unfinished, encode(compose()));
  await rename(unfinished, path);
  return path;
}

function encode([left, right]: [Int16Array, Int16Array]): Uint8Array {
  const wav = new wavefile.WaveFile();
  wav.fromScratch(2, SAMPLE_RATE, '16', [left, right]);
  wav.setTag('INAM', 'First Light');
  return wav.toBuffer();
}

/** Bells that wander through a scale over a low drone, left and right. */
function compose(): [Int16Array, Int16Array] {
  const frames = SAMPLE_RATE * DURATION_S;
  const left = new Float64Array(frames);
  const right = new Float64Array(frames);
  drone(left, 110, 0);
  drone(right, 110.3, Math.PI / 3);
  const bells = SCALE.map(bell);
  let degree = 0;
  for (let step = 0; step * STEP_S < DURATION_S - BELL_S; step++) {
    // Steps of 3 through a scale of 8 visit every note before they come round.
    degree = (degree + (step % 5 === 4 ? 2 : 3)) % SCALE.length;
    const pan = 0.5 + 0.4 * Math.sin(step);
    const start = Math.round(step * STEP_S * SAMPLE_RATE);
    bells[degree]?.forEach((sample, i) => {
      left[start + i] = (left[start + i] ?? 0) + sample * (1 - pan);
      right[start + i] = (right[start + i] ?? 0) + sample * pan;
    });
  }
  return [toPcm(left), toPcm(right)];
}

function drone(out: Float64Array, frequency: number, phase: number): void {
  for (let i = 0; i < out.length; i++) {
    const t = i / SAMPLE_RATE;
    const swell = 0.5 + 0.5 * Math.sin((2 * Math.PI * t) / 12 - Math.PI / 2);
    out[i] = 0.08 * (0.4 + swell) * Math.sin(2 * Math.PI * frequency * t + phase);
  }
}

function bell(frequency: number): Float64Array {
  return new Float64Array(BELL_S * SAMPLE_RATE).map((_, i) => {
    const t = i / SAMPLE_RATE;
    const envelope = Math.min(1, t / 0.005) * Math.exp(-t * 1.6);
    const tone = ({ ratio, level }: (typeof PARTIALS)[number]) =>
      level * Math.sin(2 * Math.PI * frequency * ratio * t);
    return 0.16 * envelope * PARTIALS.reduce((sum, partial) => sum + tone(partial), 0);
  });
}

function toPcm(signal: Float64Array): Int16Array {
  const fade = 2 * SAMPLE_RATE;
  return Int16Array.from(signal, (sample, i) => {
    const gain = Math.min(1, i / fade, (signal.length - 1 - i) / fade);
    return Math.round(Math.tanh(sample) * gain * FULL_SCALE);
  });
}
