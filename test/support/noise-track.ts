import { expect } from 'vitest';
import { chunk, riff } from './riff.ts';
import { type AudioPlace, wearOf } from './wear.ts';
import { wavFile } from './wav-files.ts';

/** A WAV of noise, and where its audio lies. */
export interface NoiseTrack {
  readonly wav: Buffer;
  readonly place: AudioPlace;
  readonly segments: number;
}

const SAMPLE_RATE = 8_000;
export const FRAMES_EACH = SAMPLE_RATE / 2;
export const HEADER_BYTES = 44;
export const SEGMENT_BYTES = FRAMES_EACH * 4;

/** Stereo noise in segments of half a second. */
export function noiseTrack(segments: number, bitDepth: '16' | '24' = '16'): NoiseTrack {
  const frames = segments * FRAMES_EACH;
  const blockAlign = Number(bitDepth) / 4;
  return {
    wav: tiled(segments, bitDepth),
    place: { offset: HEADER_BYTES, frames, blockAlign, framesEach: FRAMES_EACH, silence: 0 },
    segments,
  };
}

/** A long one is a short one over and over: noise takes its time to make. */
function tiled(segments: number, bitDepth: '16' | '24'): Buffer {
  const made = Math.min(segments, 16);
  const short = wavFile({ sampleRate: SAMPLE_RATE, frames: made * FRAMES_EACH, bitDepth });
  const fmt = short.subarray(20, 36);
  const data = Buffer.alloc(((short.length - HEADER_BYTES) / made) * segments);
  data.fill(short.subarray(HEADER_BYTES));
  return riff([chunk('fmt ', fmt), chunk('data', data)]);
}

/** How many of the frames of a 16-bit track are neither what they were nor silent. */
export function foreignFramesOf({ wav, place }: NoiseTrack, body: Buffer): number {
  const end = place.offset + place.frames * place.blockAlign;
  let foreign = 0;
  for (let offset = place.offset; offset < end; offset += 4) {
    const frame = body.readInt32LE(offset);
    if (frame !== 0 && frame !== wav.readInt32LE(offset)) foreign++;
  }
  return foreign;
}

/** Asserts that a file is the original but for frames that have fallen silent; says how many. */
export function silentFramesOf({ wav, place }: NoiseTrack, worn: Buffer): number[] {
  const { silent, foreignFrames, changedOutside } = wearOf(wav, worn, place);
  expect({ foreignFrames, changedOutside, size: worn.length }).toEqual({
    foreignFrames: 0,
    changedOutside: 0,
    size: wav.length,
  });
  return silent;
}

/**
 * How many frames of each segment so many plays have silenced.
 * @param rate percent of the frames a play
 */
export function silentAfter(plays: readonly number[], rate = 1): number[] {
  return plays.map((count) => Math.round(FRAMES_EACH * Math.min((count * rate) / 100, 1)));
}
