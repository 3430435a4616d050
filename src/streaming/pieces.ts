import type { ByteRange } from '../http/range.ts';
import type { Segments } from '../wav/segments.ts';
import type { Representation } from './representation.ts';

/** A run of bytes that is sent in one go. */
export type Piece = MadeUpPiece | FilePiece;

/** Bytes that are not in the file. */
export interface MadeUpPiece {
  readonly kind: 'made-up';
  readonly bytes: Buffer;
  /** Where the file goes on after them. */
  readonly end: number;
}

/** Bytes of the file, from `offset` to `end` (exclusive). */
export interface FilePiece {
  readonly kind: 'file';
  readonly offset: number;
  readonly end: number;
  /** The segments of which there are bytes, side by side: none outside the audio. */
  readonly segments: readonly number[];
  /** Those whose last byte is among them: a segment counts once that is delivered. */
  readonly ended: readonly number[];
}

/**
 * Says where in the file a piece that begins at `offset` has to end at the latest, which is behind
 * it. Offsets in front of the audio aren't asked for.
 */
export type Cut = (offset: number) => number;

/** No piece of the file is longer. What is read in one go is what a download's speed hangs on. */
export const MAX_PIECE_BYTES = 192 * 1024;
// An ordinary header goes out with the first of the audio: a read and a write less for each
// listener. Tags can hold pictures, and a header may be followed by gigabytes of padding.
const SHORT_HEADER_BYTES = 4 * 1024;

/** Cuts a range of a representation into pieces, in the order of sending. */
export function* piecesOf(
  { head, tail, fileStart, fileEnd, size }: Representation,
  segments: Segments,
  { first, last }: ByteRange,
  cut: Cut,
): Generator<Piece> {
  const end = last + 1;
  if (first < head.length) {
    yield { kind: 'made-up', bytes: head.subarray(first, end), end: fileStart };
  }
  const toFile = fileStart - head.length;
  const to = Math.min(end + toFile, fileEnd);
  for (let offset = Math.max(first + toFile, fileStart); offset < to; ) {
    const piece = filePieceAt(segments, offset, to, cut);
    yield piece;
    offset = piece.end;
  }
  const tailStart = size - tail.length;
  if (end > tailStart && tail.length > 0) {
    const bytes = tail.subarray(Math.max(first - tailStart, 0), end - tailStart);
    yield { kind: 'made-up', bytes, end: fileEnd };
  }
}

function filePieceAt(segments: Segments, offset: number, to: number, cut: Cut): FilePiece {
  const { dataOffset, dataEnd } = segments;
  const most = Math.min(to, offset + MAX_PIECE_BYTES);
  if (offset < dataOffset - SHORT_HEADER_BYTES)
    return plainPiece(offset, Math.min(most, dataOffset));
  if (offset >= dataEnd || most <= dataOffset) return plainPiece(offset, most);
  const audioOffset = Math.max(offset, dataOffset);
  const limit = Math.min(most, dataEnd, cut(audioOffset));
  return { kind: 'file', offset, ...audioFrom(segments, audioOffset, limit) };
}

function plainPiece(offset: number, end: number): FilePiece {
  return { kind: 'file', offset, end, segments: [], ended: [] };
}

/** @param limit it ends here, or before it where it would hold a part of a further segment */
function audioFrom(segments: Segments, offset: number, limit: number) {
  const first = segments.at(offset);
  const reached = segments.at(limit - 1);
  const isWhole = limit === endOf(segments, reached);
  const end = isWhole || reached === first ? limit : segments.offset(reached);
  const touched = range(first, segments.at(end - 1));
  const ended = end === endOf(segments, touched.at(-1) ?? first) ? touched : touched.slice(0, -1);
  return { end, segments: touched, ended };
}

function endOf(segments: Segments, segment: number): number {
  return segments.offset(segment) + segments.length(segment);
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}
