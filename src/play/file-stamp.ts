import type { BigIntStats } from 'node:fs';

/** What tells whether a file is still the same, and whether anybody wrote to it. */
export interface FileStamp {
  readonly inode: bigint;
  readonly size: bigint;
  /** Time of the last change, in nanoseconds since 1970. */
  readonly modified: bigint;
}

export function stampOf({ ino, size, mtimeNs }: BigIntStats): FileStamp {
  return { inode: ino, size, modified: mtimeNs };
}

/** Whether both are of one file of one length, whatever was written into it. */
export function isSameFile(a: FileStamp, b: FileStamp): boolean {
  return a.inode === b.inode && a.size === b.size;
}

/** Whether nothing was written between the two. */
export function isUnchanged(a: FileStamp, b: FileStamp): boolean {
  return isSameFile(a, b) && a.modified === b.modified;
}
