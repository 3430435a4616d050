import { constants, type Stats } from 'node:fs';
import { lstat, open, readdir } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { type FileStamp, stampOf } from '../play/file-stamp.ts';
import { fileByteSource } from '../wav/byte-source.ts';
import { UnusableWavError } from '../wav/errors.ts';
import { readWavLayout, type WavLayout } from '../wav/layout.ts';
import { mapConcurrently } from './map-concurrently.ts';

/** A WAV that can decay. */
export interface ScannedWav {
  readonly filename: string;
  readonly path: string;
  readonly stamp: FileStamp;
  readonly layout: WavLayout;
}

/** Something in the folder that can't be a track, and why. */
export interface SkippedFile {
  readonly filename: string;
  readonly reason: string;
}

export interface AudioFolderScan {
  /** Sorted by file name. */
  readonly wavs: ScannedWav[];
  readonly skipped: SkippedFile[];
}

// The files' headers are read by the four threads that Node has for the file system.
const FILES_AT_ONCE = 8;
// The longest name a file system takes is 255 bytes: metadata and its temporary name add to it.
const MAX_NAME_BYTES = 220;

/**
 * Looks at everything directly in `folder` but hidden files. Reads headers only.
 * @throws if the folder itself can't be read
 */
export async function scanAudioFolder(folder: string): Promise<AudioFolderScan> {
  const names = await readdir(folder);
  const visible = names.filter((name) => !isHidden(name)).sort(byName);
  const scanned = await mapConcurrently(visible, FILES_AT_ONCE, (name) => scanFile(folder, name));
  return {
    wavs: scanned.filter((result) => result !== undefined && 'layout' in result),
    skipped: scanned.filter((result) => result !== undefined && 'reason' in result),
  };
}

/** Looks at one name in the folder; undefined where it names nothing. */
export async function scanFile(
  folder: string,
  filename: string,
): Promise<ScannedWav | SkippedFile | undefined> {
  try {
    const reason = unsuitable(filename, await lstat(join(folder, filename)));
    return reason === undefined ? await scanWav(folder, filename) : { filename, reason };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    return { filename, reason: (error as Error).message };
  }
}

export function isHidden(filename: string): boolean {
  return filename.startsWith('.');
}

export function byName(a: string, b: string): number {
  return a < b ? -1 : 1;
}

function unsuitable(filename: string, stat: Stats): string | undefined {
  if (stat.isSymbolicLink()) return 'it is a link; only files in the folder itself are served';
  if (stat.isDirectory()) return 'it is a folder; only files in the folder itself are served';
  if (!stat.isFile()) return 'it is not a regular file';
  if (parse(filename).ext.toLowerCase() !== '.wav') return 'its name does not end in .wav';
  if (Buffer.byteLength(filename) > MAX_NAME_BYTES) {
    return `its name is longer than ${MAX_NAME_BYTES} bytes`;
  }
  return undefined;
}

async function scanWav(folder: string, filename: string): Promise<ScannedWav> {
  const path = join(folder, filename);
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const stamp = stampOf(await file.stat({ bigint: true }));
    if (stamp.size === 0n) throw new UnusableWavError('it is empty');
    const layout = await readWavLayout(await fileByteSource(file, Number(stamp.size)));
    return { filename, path, stamp, layout };
  } finally {
    await file.close();
  }
}
