import { UnusableWavError } from './errors.ts';
import type { WavLayout } from './layout.ts';

/** Offsets of the segments of one track. All offsets are bytes in its file. */
export interface Segments {
  /** Segments in all; the last one may be shorter. */
  readonly count: number;
  readonly dataOffset: number;
  /** First byte after the last segment. */
  readonly dataEnd: number;
  /** Bytes of a full segment. */
  readonly stride: number;
  frames(index: number): number;
  offset(index: number): number;
  length(index: number): number;
  /** The segment that holds a byte of the data. */
  at(offset: number): number;
}

// A segment is in memory while it is changed, so one must not be the whole of a file whose header
// says four billion frames a second.
const MAX_SEGMENT_BYTES = 64 * 1024 * 1024;
// Twelve bytes of counts a segment; a million half seconds are almost six days.
const MAX_SEGMENTS = 1_000_000;

/**
 * Cuts the data of a track into segments of `round(sampleRate × segmentDuration)` frames.
 * @param segmentDuration seconds
 * @throws UnusableWavError if a segment, or the number of them, is out of all proportion.
 */
export function cutSegments(
  { format, dataOffset, frames: total }: WavLayout,
  segmentDuration: number,
): Segments {
  const framesEach = Math.max(1, Math.round(format.sampleRate * segmentDuration));
  const count = Math.ceil(total / framesEach);
  const stride = framesEach * format.blockAlign;
  if (Math.min(total, framesEach) * format.blockAlign > MAX_SEGMENT_BYTES) {
    throw new UnusableWavError(
      `${segmentDuration} s of it at ${format.sampleRate} Hz would be more than 64 MiB`,
    );
  }
  if (count > MAX_SEGMENTS) {
    throw new UnusableWavError(
      `at ${format.sampleRate} Hz it would have ${count} segments of ${segmentDuration} s`,
    );
  }
  const frames = (index: number) => Math.min(framesEach, total - index * framesEach);
  return {
    count,
    dataOffset,
    dataEnd: dataOffset + total * format.blockAlign,
    stride,
    frames,
    offset: (index) => dataOffset + index * stride,
    length: (index) => frames(index) * format.blockAlign,
    at: (offset) => Math.floor((offset - dataOffset) / stride),
  };
}
