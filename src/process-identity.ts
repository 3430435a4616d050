import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { z } from 'zod';

/** What tells one process from every other, also after its number was given to the next. */
export const processIdentitySchema = z.object({
  pid: z.int().positive(),
  /** The start of the machine that it runs on, and the container, if any. */
  machine: z.string(),
  /** When it started; empty where the system doesn't tell. */
  started: z.string(),
});

export type ProcessIdentity = z.infer<typeof processIdentitySchema>;

export async function ownIdentity(): Promise<ProcessIdentity> {
  const { pid } = process;
  return { pid, machine: await machineIdentity(), started: await startOf(pid) };
}

/** Whether a process has certainly ended. One on another machine or in another container never is. */
export async function hasEnded({ pid, machine, started }: ProcessIdentity): Promise<boolean> {
  if (machine !== (await machineIdentity())) return false;
  return !isAlive(pid) || (started !== '' && (await startOf(pid)) !== started);
}

async function machineIdentity(): Promise<string> {
  try {
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
    return `${boot.trim()} ${await readlink('/proc/self/ns/pid')}`;
  } catch {
    return hostname();
  }
}

/**
 * When a process started: field 22 of proc_pid_stat(5). Empty where there is none, or where it is
 * dead and only waits for its parent to take notice (state, field 3).
 */
async function startOf(pid: number): Promise<string> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The name in field 2 may hold anything: count from behind it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const isDead = fields[0] === 'Z' || fields[0] === 'X';
    return isDead ? '' : (fields[19] ?? '');
  } catch {
    return '';
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
