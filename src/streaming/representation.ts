import { wavHeader } from '../wav/header.ts';
import type { WavLayout } from '../wav/layout.ts';
import type { Segments } from '../wav/segments.ts';

/**
 * What a URL of a track stands for: bytes made up for it, then bytes of the file, then made up
 * ones again. Offsets below count from the start of the representation.
 */
export interface Representation {
  /** Bytes in all. */
  readonly size: number;
  /** Bytes in front of those of the file. */
  readonly head: Buffer;
  /** The part of the file that follows `head`: `fileEnd` is exclusive. */
  readonly fileStart: number;
  readonly fileEnd: number;
  /** Bytes behind those of the file. */
  readonly tail: Buffer;
}

const NOTHING = Buffer.alloc(0);

/** The file as it is. */
export function wholeFile({ fileSize }: WavLayout): Representation {
  return { size: fileSize, head: NOTHING, fileStart: 0, fileEnd: fileSize, tail: NOTHING };
}

/** A WAV of its own whose audio begins with the given segment. */
export function fromSegment(layout: WavLayout, segments: Segments, first: number): Representation {
  const fileStart = segments.offset(first);
  const fileEnd = segments.dataEnd;
  const dataSize = fileEnd - fileStart;
  const head = wavHeader(layout.fmtBody, dataSize / layout.format.blockAlign, dataSize);
  const tail = Buffer.alloc(dataSize % 2);
  return { size: head.length + dataSize + tail.length, head, fileStart, fileEnd, tail };
}

/**
 * The segment that holds a second of the track.
 * @returns undefined where the track has ended by then
 */
export function segmentAtSecond(
  second: number,
  { format, frames, dataOffset }: WavLayout,
  segments: Segments,
): number | undefined {
  // Seconds are decimal, frames are not: 2.3 s of 44,100 Hz is frame 101,430, not 101,429.99…
  const frame = Math.floor(second * format.sampleRate + 1e-6);
  return frame < frames ? segments.at(dataOffset + frame * format.blockAlign) : undefined;
}

/** The offset in the file of a byte of the representation; made-up bytes stand at its edges. */
export function fileOffsetAt(
  { head, fileStart, fileEnd }: Representation,
  position: number,
): number {
  return Math.min(Math.max(position - head.length + fileStart, fileStart), fileEnd);
}
