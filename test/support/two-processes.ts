import { expect } from 'vitest';
import { track, UNPACED } from './four-segments.ts';
import { startProcess } from './server-process.ts';
import type { Finishing } from './temp-folder.ts';

export const READ_ONLY = {
  status: 503,
  error: expect.stringMatching(/another process.*read-only/i),
};

/** Two processes on one folder, of which the first may write. */
export async function twoProcesses(test: Finishing, env: Record<string, string> = UNPACED) {
  const first = await startProcess({ test, env, files: { 'work.wav': track.wav } });
  const second = await startProcess({ test, env, folder: first.root });
  return { first, second };
}
