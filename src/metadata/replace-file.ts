import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

let writes = 0;

/**
 * Replaces a file in one step: at every moment, even if the power fails, its name leads to all of
 * the old content or to all of `content`. A failure leaves the old one and no temporary file.
 *
 * Ours rather than write-file-atomic's, which (7.0.1) takes a short write for a whole one: on a
 * disk that fills up in the middle it would put half a record in the place of a whole one.
 * @param durable whether to wait until a power failure can't take it back
 */
export async function replaceFile(path: string, content: string, durable: boolean): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}-${++writes}.tmp`);
  try {
    const file = await open(temporary, 'wx');
    try {
      // Goes on after a short write until everything is written or the disk says why not.
      await file.writeFile(content);
      if (durable) await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  if (durable) await syncFolder(dirname(path));
}

/** Whether a file of this name is what a killed process left of a replacement. */
export function isLeftover(name: string): boolean {
  return /^\..*\.\d+-\d+\.tmp$/.test(name);
}

/** A rename is safe from a power failure once the folder that holds the name is on the disk. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
