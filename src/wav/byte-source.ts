import type { FileHandle } from 'node:fs/promises';

/** Random access to the bytes of one file. */
export interface ByteSource {
  /** Bytes in all. */
  readonly size: number;
  /** The bytes at `offset`; fewer than `length` only at the end of the file. */
  read(offset: number, length: number): Promise<Buffer>;
}

// A usual header with its tags fits in one page: a scan then costs one read a file.
const HEAD_BYTES = 4096;

/** Reads `file`, keeping its first page, where nearly every header lies entirely. */
export async function fileByteSource(file: FileHandle, size: number): Promise<ByteSource> {
  const head = await readFully(file, 0, Math.min(HEAD_BYTES, size));
  return {
    size,
    read: async (offset, length) =>
      offset + length <= head.length
        ? head.subarray(offset, offset + length)
        : readFully(file, offset, Math.max(0, Math.min(length, size - offset))),
  };
}

/**
 * Reads `length` bytes at `offset`; the result is shorter only where the file ends before.
 * @param into what to read into, of at least that length: the result is a view of it
 */
export async function readFully(
  file: FileHandle,
  offset: number,
  length: number,
  into: Buffer = Buffer.allocUnsafe(length),
): Promise<Buffer> {
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(into, filled, length - filled, offset + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return into.subarray(0, filled);
}

/** Writes all of `bytes` at `offset`. */
export async function writeFully(
  file: FileHandle,
  bytes: Uint8Array,
  offset: number,
): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    const result = await file.write(bytes, written, bytes.length - written, offset + written);
    written += result.bytesWritten;
  }
}
