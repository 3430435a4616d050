import {
  countSilentRanks,
  droppedFrames,
  dropFrames,
  playsFromSilence,
  type Samples,
} from '../dropout/dropout.ts';
import { type DropoutKey, framePermutation } from '../dropout/permutation.ts';
import type { FrameFormat } from '../wav/frame-format.ts';
import type { Segments } from '../wav/segments.ts';

export interface SegmentWearOptions {
  readonly format: FrameFormat;
  readonly segments: Segments;
  readonly key: DropoutKey;
  /** percent of the frames a play */
  readonly degradationRate: number;
  /** Plays that segments had had before the counting began. Grows by `note`. */
  readonly wornBefore: Map<number, number>;
}

/** What plays do to the bytes of a track's segments, and what can be read from them. */
export class SegmentWear {
  readonly #options: SegmentWearOptions;

  constructor(options: SegmentWearOptions) {
    this.#options = options;
  }

  /** Whether `to` plays drop any frame that `from` don't. */
  isWornBy(segment: number, from: number, to: number): boolean {
    return this.#dropped(segment, from) < this.#dropped(segment, to);
  }

  /** Drops what the plays after `from` up to `to` drop. To do so again changes nothing. */
  wear(segment: number, bytes: Buffer, from: number, to: number): void {
    const { samples, frameLength, silence, frameAt } = this.#view(segment, bytes);
    const fromRank = this.#dropped(segment, from);
    dropFrames(samples, frameLength, silence, frameAt, fromRank, this.#dropped(segment, to));
  }

  /** The plays that a segment has had, as its bytes show them. */
  playsIn(segment: number, bytes: Buffer): number {
    const { segments, degradationRate } = this.#options;
    const silent = this.#silentRanks(segment, bytes);
    return playsFromSilence(segments.frames(segment), silent, degradationRate);
  }

  /** Whether a segment's bytes lack all the frames that so many plays drop. */
  hasPlays(segment: number, bytes: Buffer, plays: number): boolean {
    return this.#silentRanks(segment, bytes) >= this.#dropped(segment, plays);
  }

  /** Offset in the file of the frame that a segment loses first: while it has it, it is whole. */
  firstToGo(segment: number): number {
    const { segments, key, format } = this.#options;
    const first = framePermutation(key, segment, segments.frames(segment))(0);
    return segments.offset(segment) + first * format.blockAlign;
  }

  isSilent(frame: Uint8Array): boolean {
    return frame.every((byte) => byte === this.#options.format.silence);
  }

  #dropped(segment: number, plays: number): number {
    const { segments, degradationRate, wornBefore } = this.#options;
    const total = plays === 0 ? 0 : plays + (wornBefore.get(segment) ?? 0);
    return droppedFrames(segments.frames(segment), total, degradationRate);
  }

  #silentRanks(segment: number, bytes: Buffer): number {
    const { samples, frameLength, silence, frameAt } = this.#view(segment, bytes);
    const frames = this.#options.segments.frames(segment);
    return countSilentRanks(samples, frameLength, silence, frameAt, frames);
  }

  #view(segment: number, bytes: Buffer) {
    const { format, segments, key } = this.#options;
    const samples = samplesOf(bytes, format);
    return {
      samples,
      frameLength: format.blockAlign / samples.BYTES_PER_ELEMENT,
      silence: format.silence,
      frameAt: framePermutation(key, segment, segments.frames(segment)),
    };
  }
}

/**
 * The widest view of a segment through which silence can be written: as every byte of a silent
 * frame is the same, and that byte is 0 wherever a sample has several, two views serve all formats.
 */
function samplesOf(bytes: Buffer, { blockAlign, silence }: FrameFormat): Samples {
  const { buffer, byteOffset, length } = bytes;
  return silence === 0 && blockAlign % 4 === 0 && byteOffset % 4 === 0
    ? new Int32Array(buffer, byteOffset, length / 4)
    : bytes;
}
