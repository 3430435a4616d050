import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The folder of the project: npm runs its scripts there. */
export const ROOT = process.cwd();
/** The server as an operator starts it. */
export const SERVER = join(ROOT, 'dist', 'server.js');

/** A compiled program of the bench. */
export function program(name: string): string {
  return join(import.meta.dirname, '..', 'programs', name);
}

export interface Folders {
  readonly audioDir: string;
  readonly metadataDir: string;
}

const temporary = new Set<string>();
// After Ctrl+C.
process.on('exit', () => {
  for (const root of temporary) rmSync(root, { recursive: true, force: true });
});

/** Runs `task` with folders on a real disk, which are removed when it has ended. */
export async function withFolders<Result>(
  task: (folders: Folders) => Promise<Result>,
): Promise<Result> {
  const root = await mkdtemp(join(tmpdir(), 'ephemeral-bench-'));
  temporary.add(root);
  try {
    const folders = { audioDir: join(root, 'audio'), metadataDir: join(root, 'metadata') };
    await mkdir(folders.audioDir);
    await mkdir(folders.metadataDir);
    return await task(folders);
  } finally {
    await rm(root, { recursive: true, force: true });
    temporary.delete(root);
  }
}
