import { join } from 'node:path';
import lockfile from 'proper-lockfile';

/** Gives the lock back. */
export type ReleaseLock = () => Promise<void>;

// A process that was killed can't give its lock back: it lapses when it wasn't renewed for so long.
const STALE_MS = 10_000;
const RENEWAL_MS = 2_000;

/**
 * Takes the lock that makes this process the one that writes to the folders.
 * @param onLost called when the lock lapsed although we live: another process may have it
 * @returns undefined while another process has it
 */
export async function takeWriterLock(
  metadataDir: string,
  onLost: (error: Error) => void,
): Promise<ReleaseLock | undefined> {
  try {
    return await lockfile.lock(metadataDir, {
      lockfilePath: join(metadataDir, '.writer.lock'),
      stale: STALE_MS,
      update: RENEWAL_MS,
      onCompromised: onLost,
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ELOCKED') return undefined;
    throw error;
  }
}
