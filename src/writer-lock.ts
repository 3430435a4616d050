import { randomUUID } from 'node:crypto';
import { readFile, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import lockfile from 'proper-lockfile';
import { z } from 'zod';
import { hasEnded, ownIdentity, processIdentitySchema } from './process-identity.ts';

/** The lock that makes this process the one that writes to the folders. */
export interface WriterLock {
  /**
   * Refuses to let anything be written unless the lock was seen to be ours a moment ago: a process
   * that was stalled for long may have lost it without having been told yet.
   * @throws LockInDoubtError
   */
  assertHeld(): void;
  release(): Promise<void>;
}

/** The lock may have lapsed: it is known soon whether it has. */
export class LockInDoubtError extends Error {
  override readonly name = 'LockInDoubtError';
}

// A process that was killed can't give its lock back. Where it can't be seen that it has ended
// (another machine, another container), its lock lapses when it wasn't renewed for so long.
const STALE_MS = 10_000;
const RENEWAL_MS = 2_000;
const CHECK_INTERVAL_MS = 1_000;
// Half of what it takes to lapse: nothing is written on the strength of an older check.
const DOUBT_MS = 5_000;

const ownerSchema = processIdentitySchema.extend({ lock: z.string() });
type Owner = z.infer<typeof ownerSchema>;

/**
 * Takes the lock.
 * @param onLost called when the lock lapsed although we live: another process may have it
 * @returns undefined while another process has it
 */
export async function takeWriterLock(
  metadataDir: string,
  onLost: (error: Error) => void,
): Promise<WriterLock | undefined> {
  const owner: Owner = { ...(await ownIdentity()), lock: randomUUID() };
  let release: Release | undefined;
  let isReleased = false;
  const onCompromised = (error: Error) => {
    release = undefined;
    if (isRenewalFailure(error)) void regain();
    else onLost(error);
  };
  /** The lock was ours but couldn't be renewed: until it can, nothing is written (`assertHeld`). */
  const regain = async () => {
    while (!isReleased && release === undefined) {
      await setTimeout(RENEWAL_MS, undefined, { ref: false });
      try {
        const regained = await tryLock(metadataDir, onCompromised);
        // Another process has it, or had it: what we know of the plays is out of date.
        if ((await readOwner(metadataDir))?.lock !== owner.lock) {
          onLost(new Error('the lock could not be renewed, and another process took it'));
          return;
        }
        release = regained;
      } catch {
        // Still nothing can be written there.
      }
    }
  };
  release =
    (await tryLock(metadataDir, onCompromised)) ??
    ((await removeLockOfDead(metadataDir)) ? await tryLock(metadataDir, onCompromised) : undefined);
  if (release === undefined) return undefined;
  const giveBack = async () => {
    isReleased = true;
    await release?.();
  };
  try {
    await writeFile(ownerPath(metadataDir), JSON.stringify(owner));
    return checkedLock(metadataDir, owner, giveBack);
  } catch (error) {
    await giveBack();
    throw error;
  }
}

type Release = () => Promise<void>;

/** Whether the lock was still there and ours, and only couldn't be renewed: a read-only disk. */
function isRenewalFailure({ syscall }: NodeJS.ErrnoException): boolean {
  return syscall === 'utime';
}

function checkedLock(metadataDir: string, owner: Owner, release: () => Promise<void>): WriterLock {
  let seenAt = performance.now();
  const check = async () => {
    const began = performance.now();
    // Renewed of late, by the owner that we are. A stalled process comes here before its renewal
    // does, and finds neither.
    const { mtimeMs } = await stat(lockPath(metadataDir));
    const isFresh = Date.now() - mtimeMs < DOUBT_MS;
    if (isFresh && (await readOwner(metadataDir))?.lock === owner.lock) seenAt = began;
  };
  const timer = setInterval(() => void check().catch(() => {}), CHECK_INTERVAL_MS).unref();
  return {
    assertHeld: () => {
      if (performance.now() - seenAt < DOUBT_MS) return;
      throw new LockInDoubtError('it is not certain that no other process writes to the folders');
    },
    release: () => {
      clearInterval(timer);
      return release();
    },
  };
}

async function tryLock(
  metadataDir: string,
  onCompromised: (error: Error) => void,
): Promise<Release | undefined> {
  try {
    return await lockfile.lock(metadataDir, {
      lockfilePath: lockPath(metadataDir),
      stale: STALE_MS,
      update: RENEWAL_MS,
      onCompromised,
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
