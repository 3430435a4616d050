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

/** Bytes of one segment, from `offset` to `end` (exclusive). */
export interface AudioPiece {
  readonly kind: 'audio';
  readonly segment: number;
  readonly offset: number;
  readonly end: number;
  /** Whether the segment's last byte is among them: it counts once that is delivered. */
  readonly isLast: boolean;
}

// Tags can hold pictures, and a header may be followed by gigabytes of padding.
const MAX_FILE_PIECE_BYTES = 256 * 1024;

/**
 * Cuts a range of a representation into pieces, in the order of sending.
 * @param maxAudioBytes no piece of a segment is longer, given how many bytes of the file went before
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
    const segment = segments.at(offset);
    const segmentEnd = segments.offset(segment) + segments.length(segment);
    const end = Math.min(segmentEnd, to, offset + maxAudioBytes);
    return { kind: 'audio', segment, offset, end, isLast: end === segmentEnd };
  }
  const border = offset < dataOffset ? dataOffset : to;
  return { kind: 'file', offset, end: Math.min(to, border, offset + MAX_FILE_PIECE_BYTES) };
}
