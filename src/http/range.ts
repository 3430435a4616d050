/** Bytes of a representation, both ends inclusive. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/** The one range that a header asks for, before the size is known. */
export type RangeSpec =
  | { readonly first: number; readonly last: number | undefined }
  | { readonly suffixLength: number };

/**
 * Reads a `Range` header (RFC 9110, 14.1.2 and 14.2). Undefined stands for a header that is
 * answered as if there were none: malformed, of another unit, or asking for several ranges.
 */
export function parseRange(header: string | undefined): RangeSpec | undefined {
  const match = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i.exec(header ?? '');
  if (match === null) return undefined;
  const [, first = '', last = ''] = match;
  if (first === '') return last === '' ? undefined : { suffixLength: Number(last) };
  if (last === '') return { first: Number(first), last: undefined };
  // A last position before the first makes the range invalid (14.1.1).
  return Number(last) < Number(first) ? undefined : { first: Number(first), last: Number(last) };
}

/**
 * The bytes that a range asks for of a representation of `size` bytes, or 'unsatisfiable'
 * (RFC 9110, 14.1.2): what lies past the end is left off, a suffix longer than the whole is the
 * whole.
 */
export function resolveRange(spec: RangeSpec, size: number): ByteRange | 'unsatisfiable' {
  if ('suffixLength' in spec) {
    if (spec.suffixLength === 0 || size === 0) return 'unsatisfiable';
    return { first: Math.max(0, size - spec.suffixLength), last: size - 1 };
  }
  if (spec.first >= size) return 'unsatisfiable';
  return { first: spec.first, last: Math.min(spec.last ?? size - 1, size - 1) };
}

/** The `Content-Range` of a 206 (RFC 9110, 14.4). */
export function contentRange({ first, last }: ByteRange, size: number): string {
  return `bytes ${first}-${last}/${size}`;
}
