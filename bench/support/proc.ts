import { readFile, writeFile } from 'node:fs/promises';

const KIB = 1024;

/** Bytes of memory that a process holds, and the most that it held since `resetPeak`. */
export async function memoryOf(pid: number): Promise<{ now: number; peak: number }> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const field = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * KIB;
  return { now: field('VmRSS'), peak: field('VmHWM') };
}

/** From now on the peak is counted anew (proc(5), clear_refs). */
export function resetPeak(pid: number): Promise<void> {
  return writeFile(`/proc/${pid}/clear_refs`, '5');
}
