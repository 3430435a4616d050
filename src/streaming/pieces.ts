import type { ByteRange } from '../http/range.ts';
import type { Segments } from '../wav/segments.ts';
import type { Representation } from './representation.ts';

/** A run of bytes that is sent in one go. */
export type Piece =
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  /** Bytes of the file outside its audio. */
  | { readonly kind: 'file'; readonly offset: number; readonly length: number }
  | AudioPiece;

/** Bytes of one segment. */
export interface AudioPiece {
  readonly kind: 'audio';
  readonly segment: number;
  /** In the file. */
  readonly offset: number;
  readonly length: number;
  /** Whether the segment's last byte is among them: it counts once that is delivered. */
  readonly isLast: boolean;
}

// Tags can hold pictures, and a header may be followed by gigabytes of padding.
const MAX_FILE_PIECE_BYTES = 256 * 1024;

/** Cuts a range of a representation where segments begin and end, in the order of sending. */
export function* piecesOf(
  { head, tail, fileStart, fileEnd, size }: Representation,
  segments: Segments,
  { first, last }: ByteRange,
): Generator<Piece> {
  const end = last + 1;
  if (first < head.length) yield { kind: 'bytes', bytes: head.subarray(first, end) };
  const toFile = fileStart - head.length;
  yield* filePieces(segments, Math.max(first + toFile, fileStart), Math.min(end + toFile, fileEnd));
  const tailStart = size - tail.length;
  if (end > tailStart) {
    const bytes = tail.subarray(Math.max(first - tailStart, 0), end - tailStart);
    if (bytes.length > 0) yield { kind: 'bytes', bytes };
  }
}

function* filePieces(segments: Segments, from: number, to: number): Generator<Piece> {
  let offset = from;
  while (offset < to) {
    const piece = filePieceAt(segments, offset, to);
    yield piece;
    offset += piece.length;
  }
}

function filePieceAt(segments: Segments, offset: number, to: number): Piece & { length: number } {
  const { dataOffset, dataEnd } = segments;
  if (offset >= dataOffset && offset < dataEnd) {
    const segment = segments.at(offset);
    const segmentEnd = segments.offset(segment) + segments.length(segment);
    const end = Math.min(segmentEnd, to);
    return { kind: 'audio', segment, offset, length: end - offset, isLast: end === segmentEnd };
  }
  const border = offset < dataOffset ? dataOffset : Number.POSITIVE_INFINITY;
  const length = Math.min(to, border, offset + MAX_FILE_PIECE_BYTES) - offset;
  return { kind: 'file', offset, length };
}
