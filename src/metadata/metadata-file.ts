import { lstat, readFile, rename } from 'node:fs/promises';
import { z } from 'zod';
import { replaceFile } from './replace-file.ts';
import { type TrackRecord, trackRecordSchema } from './track-record.ts';

/** A metadata file that is there but says nothing that can be relied on. */
export class MalformedRecordError extends Error {
  override readonly name = 'MalformedRecordError';
}

/**
 * Reads a metadata file; undefined where there is none.
 * @throws MalformedRecordError if it isn't JSON or isn't a track record.
 */
export async function readRecord(path: string): Promise<TrackRecord | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return trackRecordSchema.parse(JSON.parse(text));
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    throw new MalformedRecordError(reason.replaceAll('\n', ' '));
  }
}

/**
 * Replaces a metadata file: afterwards it holds either what it held before or all of `record`,
 * even if the power fails. `record` is read before the first await.
 */
export function writeRecord(path: string, record: TrackRecord): Promise<void> {
  return replaceFile(path, serialise(record), true);
}

/**
 * Writes the first record of a track. It isn't forced to the disk: it holds no play yet, so what a
 * power failure takes of it is made again, and a thousand new tracks don't wait for a thousand
 * syncs.
 */
export function writeFirstRecord(path: string, record: TrackRecord): Promise<void> {
  return replaceFile(path, serialise(record), false);
}

function serialise(record: TrackRecord): string {
  return `${JSON.stringify(record)}\n`;
}

/**
 * Renames a metadata file out of the way, so that nothing is ever thrown away.
 * @param why a word for its new name, like `damaged`
 * @returns the new path
 */
export async function setAside(path: string, why: string, now: Date): Promise<string> {
  const stamp = now.toISOString().replaceAll(/[:.]/g, '-');
  let aside = `${path}.${why}-${stamp}`;
  for (let n = 2; await isThere(aside); n++) aside = `${path}.${why}-${stamp}-${n}`;
  await rename(path, aside);
  return aside;
}

async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch {
    return false;
  }
}
