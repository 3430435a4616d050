import { execFile } from 'node:child_process';
import { rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TestContext } from 'vitest';
import { tempFolder } from './temp-folder.ts';

const run = promisify(execFile);

/** A file system of its own that is soon full; skips the test where it can't be had. */
export async function smallDisk(context: TestContext, kilobytes: number): Promise<string> {
  const folder = await tempFolder(context);
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', folder]);
  } catch (error) {
    context.skip(`a tmpfs can't be mounted here: ${(error as Error).message}`);
  }
  context.onTestFinished(async () => void (await run('umount', [folder])));
  return folder;
}

/**
 * Takes all room there is on a small disk but for `blocks`.
 * @returns what gives it back
 */
export async function fillDisk(folder: string, blocks = 0): Promise<() => Promise<void>> {
  const filler = join(folder, 'others');
  const { bavail, bsize } = await statfs(folder);
  await writeFile(filler, Buffer.alloc((bavail - blocks) * bsize));
  return () => rm(filler);
}

/** Mounts a small disk again so that nothing, or again everything, can be written. */
export async function remount(folder: string, how: 'ro' | 'rw'): Promise<void> {
  await run('mount', ['-o', `remount,${how}`, folder]);
}
