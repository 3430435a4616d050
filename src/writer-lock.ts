import { randomUUID } from 'node:crypto';
import { readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import lockfile from 'proper-lockfile';
import { z } from 'zod';
import { hasEnded, ownIdentity, processIdentitySchema } from './process-identity.ts';

/** Gives the lock back. */
export type ReleaseLock = () => Promise<void>;

// A process that was killed can't give its lock back. Where it can't be seen that it has ended
// (another machine, another container), its lock lapses when it wasn't renewed for so long.
const STALE_MS = 10_000;
const RENEWAL_MS = 2_000;

const ownerSchema = processIdentitySchema.extend({ lock: z.string() });
type Owner = z.infer<typeof ownerSchema>;

/**
 * Takes the lock that makes this process the one that writes to the folders.
 * @param onLost called when the lock lapsed although we live: another process may have it
 * @returns undefined while another process has it
 */
export async function takeWriterLock(
  metadataDir: string,
  onLost: (error: Error) => void,
): Promise<ReleaseLock | undefined> {
  const release =
    (await tryLock(metadataDir, onLost)) ??
    ((await removeLockOfDead(metadataDir)) ? await tryLock(metadataDir, onLost) : undefined);
  if (release === undefined) return undefined;
  const owner: Owner = { ...(await ownIdentity()), lock: randomUUID() };
  await writeFile(ownerPath(metadataDir), JSON.stringify(owner));
  return release;
}

async function tryLock(
  metadataDir: string,
  onLost: (error: Error) => void,
): Promise<ReleaseLock | undefined> {
  try {
    return await lockfile.lock(metadataDir, {
      lockfilePath: lockPath(metadataDir),
      stale: STALE_MS,
      update: RENEWAL_MS,
      onCompromised: onLost,
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ELOCKED') return undefined;
    throw error;
  }
}

/** Removes the lock if the process that took it is certainly gone, so that nobody need wait. */
async function removeLockOfDead(metadataDir: string): Promise<boolean> {
  const owner = await readOwner(metadataDir);
  if (owner === undefined || !(await hasEnded(owner))) return false;
  // Of several who see this, the one that makes this file may do it; and only if nobody has done it
  // by then, or it would be a living process' lock.
  const claim = join(metadataDir, `.writer.${owner.lock}.ended`);
  try {
    await writeFile(claim, '', { flag: 'wx' });
  } catch {
    return false;
  }
  try {
    if ((await readOwner(metadataDir))?.lock !== owner.lock) return false;
    await rmdir(lockPath(metadataDir));
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  } finally {
    await rm(claim, { force: true });
  }
}

async function readOwner(metadataDir: string): Promise<Owner | undefined> {
  try {
    return ownerSchema.parse(JSON.parse(await readFile(ownerPath(metadataDir), 'utf8')));
  } catch {
    return undefined;
  }
}

function lockPath(metadataDir: string): string {
  return join(metadataDir, '.writer.lock');
}

function ownerPath(metadataDir: string): string {
  return join(metadataDir, '.writer.json');
}
