import type { WavLayout } from '../wav/layout.ts';
import type { Segments } from '../wav/segments.ts';

/** Converts between the bytes of a track's file and the seconds of its audio. */
export interface Timeline {
  /** seconds */
  readonly duration: number;
  readonly segments: number;
  /** The second at which a byte of the file is heard; bytes outside the audio count to its edges. */
  secondAt(offset: number): number;
  /** The second at which a segment has been heard to its end. */
  endOf(segment: number): number;
  /**
   * The first segment that somebody hears who begins at a second: one of which more than half is
   * over isn't. Browsers seek to a little before. `segments` where there is none.
   */
  segmentFrom(second: number): number;
}

export function timelineOf({ format, frames }: WavLayout, segments: Segments): Timeline {
  const byteRate = format.sampleRate * format.blockAlign;
  const duration = frames / format.sampleRate;
  const endOf = (segment: number) =>
    (segments.offset(segment) + segments.length(segment) - segments.dataOffset) / byteRate;
  return {
    duration,
    segments: segments.count,
    secondAt: (offset) =>
      Math.min(Math.max((offset - segments.dataOffset) / byteRate, 0), duration),
    endOf,
    segmentFrom: (second) =>
      Math.min(Math.round((second * byteRate) / segments.stride), segments.count),
  };
}
