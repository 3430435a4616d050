import { constants, type Dirent } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
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
  const entries = await readdir(folder, { withFileTypes: true });
  const visible = entries.filter((entry) => !entry.name.startsWith('.'));
  visible.sort((a, b) => (a.name < b.name ? -1 : 1));
  const scanned = await mapConcurrently(visible, FILES_AT_ONCE, (entry) => scan(folder, entry));
  return {
    wavs: scanned.filter((result) => 'layout' in result),
    skipped: scanned.filter((result) => 'reason' in result),
  };
}

async function scan(folder: string, entry: Dirent): Promise<ScannedWav | SkippedFile> {
  const reason = unsuitable(entry);
  if (reason !== undefined) return { filename: entry.name, reason };
  try {
    return await scanWav(folder, entry.name);
  } catch (error) {
    return { filename: entry.name, reason: (error as Error).message };
  }
}

function unsuitable(entry: Dirent): string | undefined {
  if (entry.isSymbolicLink()) return 'it is a link; only files in the folder itself are served';
  if (entry.isDirectory()) return 'it is a folder; only files in the folder itself are served';
  if (!entry.isFile()) return 'it is not a regular file';
  if (parse(entry.name).ext.toLowerCase() !== '.wav') return 'its name does not end in .wav';
  if (Buffer.byteLength(entry.name) > MAX_NAME_BYTES) {
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
