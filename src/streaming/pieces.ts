import type { ByteRange } from '../http/range.ts';
import type { Segments } from '../wav/segments.ts';
import type { Representation } from './representation.ts';

/** A run of bytes that is sent in one go. */
export type Piece = MadeUpPiece | FilePiece | AudioPiece;

/** Bytes that are not in the file. */
export interface MadeUpPiece {
  readonly kind: 'made-up';
  readonly bytes: Buffer;
  /** Where the file goes on after them. */
  readonly end: number;
}

/** Bytes of the file outside its audio, from `offset` to `end` (exclusive). */
export interface FilePiece {
  readonly kind: 'file';
  readonly offset: number;
  readonly end: number;
}

/** Bytes of the audio, from `offset` to `end` (exclusive): within a segment, or up to the end of one. */
export interface AudioPiece {
  readonly kind: 'audio';
  readonly offset: number;
  readonly end: number;
  /** The segments of which there are bytes. */
  readonly segments: readonly number[];
  /** Those whose last byte is among them: a segment counts once that is delivered. */
  readonly ended: readonly number[];
}

// Tags can hold pictures, and a header may be followed by gigabytes of padding.
const MAX_FILE_PIECE_BYTES = 256 * 1024;

/**
 * Cuts a range of a representation into pieces, in the order of sending.
 * @param maxAudioBytes no piece of audio is longer, given how many bytes of the file went before
 */
export function* piecesOf(
  { head, tail, fileStart, fileEnd, size }: Representation,
  segments: Segments,
  { first, last }: ByteRange,
  maxAudioBytes: (before: number) => number,
): Generator<Piece> {
  const end = last + 1;
  if (first < head.length) {
    yield { kind: 'made-up', bytes: head.subarray(first, end), end: fileStart };
  }
  const toFile = fileStart - head.length;
  const to = Math.min(end + toFile, fileEnd);
  const from = Math.max(first + toFile, fileStart);
  for (let offset = from; offset < to; ) {
    const piece = filePieceAt(segments, offset, to, maxAudioBytes(offset - from));
    yield piece;
    offset = piece.end;
  }
  const tailStart = size - tail.length;
  if (end > tailStart && tail.length > 0) {
    const bytes = tail.subarray(Math.max(first - tailStart, 0), end - tailStart);
    yield { kind: 'made-up', bytes, end: fileEnd };
  }
}

function filePieceAt(
  segments: Segments,
  offset: number,
  to: number,
  maxAudioBytes: number,
): FilePiece | AudioPiece {
  const { dataOffset, dataEnd } = segments;
  if (offset >= dataOffset && offset < dataEnd) {
    return audioPieceAt(segments, offset, Math.min(to, dataEnd, offset + maxAudioBytes));
  }
  const border = offset < dataOffset ? dataOffset : to;
  return { kind: 'file', offset, end: Math.min(to, border, offset + MAX_FILE_PIECE_BYTES) };
}

/** @param limit the piece ends here, or before it where it would hold a part of a further segment */
function audioPieceAt(segments: Segments, offset: number, limit: number): AudioPiece {
  const first = segments.at(offset);
  const reached = segments.at(limit - 1);
  const isWhole = limit === endOf(segments, reached);
  const end = isWhole || reached === first ? limit : segments.offset(reached);
  const touched = range(first, segments.at(end - 1));
  const ended = end === endOf(segments, touched.at(-1) ?? first) ? touched : touched.slice(0, -1);
  return { kind: 'audio', offset, end, segments: touched, ended };
}

function endOf(segments: Segments, segment: number): number {
  return segments.offset(segment) + segments.length(segment);
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}
