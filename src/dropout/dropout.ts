import type { Permutation } from './permutation.ts';

/** Samples as they lie in a file; formats that are no typed array (24 bit) as their bytes. */
export type Samples = Uint8Array | Int16Array | Int32Array | Float32Array | Float64Array;

/**
 * The share of a segment's frames that are dropped after `plays` plays, 0 to 1.
 * @param degradationRate percent of the frames a play
 */
export function dropoutRate(plays: number, degradationRate: number): number {
  return Math.min((plays * degradationRate) / 100, 1);
}

/** How many of a segment's frames are dropped after `plays` plays: exactly linear, all at the end. */
export function droppedFrames(frames: number, plays: number, degradationRate: number): number {
  return Math.round(frames * dropoutRate(plays, degradationRate));
}

/**
 * The mean of the segments' dropout rates in percent, 0 to 100.
 * @param playCounts plays of each segment
 */
export function overallDegradation(playCounts: Uint32Array, degradationRate: number): number {
  let sum = 0;
  for (const plays of playCounts) sum += Math.min(plays * degradationRate, 100);
  return playCounts.length === 0 ? 0 : sum / playCounts.length;
}

/**
 * Drops the frames of ranks `from` to `to` (exclusive): all channels of each become silence.
 * Dropping a rank again changes nothing.
 * @param samples the whole segment
 * @param frameLength elements of `samples` a frame
 * @param silence the value of every element of a silent frame
 */
export function dropFrames(
  samples: Samples,
  frameLength: number,
  silence: number,
  frameAt: Permutation,
  from: number,
  to: number,
): void {
  for (let rank = from; rank < to; rank++) {
    const start = frameAt(rank) * frameLength;
    for (let i = start; i < start + frameLength; i++) samples[i] = silence;
  }
}

/**
 * The fewest plays that explain that a segment's first `silentRanks` ranks are silent.
 * @param silentRanks how many frames, in the order in which they are dropped, are silent
 */
export function playsFromSilence(
  frames: number,
  silentRanks: number,
  degradationRate: number,
): number {
  const dropped = (plays: number) => droppedFrames(frames, plays, degradationRate);
  const toSilence = Math.ceil(100 / degradationRate);
  /** The fewest plays that drop at least so many frames. */
  const fewest = (atLeast: number) => {
    let low = 0;
    let high = toSilence;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (dropped(middle) >= atLeast) high = middle;
      else low = middle + 1;
    }
    return low;
  };
  if (silentRanks >= frames) return toSilence;
  // In a short segment several counts drop the same number of frames: the lowest is nearest to
  // what can be known.
  return fewest(dropped(fewest(silentRanks + 1) - 1));
}

/** How many frames, in the order in which they are dropped, are silent before the first that isn't. */
export function countSilentRanks(
  samples: Samples,
  frameLength: number,
  silence: number,
  frameAt: Permutation,
  frames: number,
): number {
  for (let rank = 0; rank < frames; rank++) {
    const start = frameAt(rank) * frameLength;
    for (let i = start; i < start + frameLength; i++) if (samples[i] !== silence) return rank;
  }
  return frames;
}
