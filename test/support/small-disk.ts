import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { onTestFinished, type TestContext } from 'vitest';
import { tempFolder } from './temp-folder.ts';

const run = promisify(execFile);

/** A file system of its own that is soon full; skips the test where it can't be had. */
export async function smallDisk({ skip }: TestContext, kilobytes: number): Promise<string> {
  const folder = await tempFolder();
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', folder]);
  } catch (error) {
    skip(`a tmpfs can't be mounted here: ${(error as Error).message}`);
  }
  onTestFinished(async () => void (await run('umount', [folder])));
  return folder;
}
