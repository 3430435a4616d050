import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const ROOT = resolve(import.meta.dirname, '../..');
// Not a temporary folder: from here the dependencies are found.
const CACHE = join(ROOT, 'node_modules', '.cache', 'ephemeral-test-build');

let built: Promise<string> | undefined;

/** The server as JavaScript, built of the sources as they are: once, whoever asks first. */
export function builtServer(): Promise<string> {
  built ??= build();
  return built;
}

async function build(): Promise<string> {
  const folder = join(CACHE, await hashOfSources());
  const server = join(folder, 'server.js');
  if (await exists(server)) return server;
  // Under another name first, so that nobody starts half of it.
  const unfinished = `${folder}.${process.pid}`;
  await mkdir(unfinished, { recursive: true });
  const tsc = join(ROOT, 'node_modules', '.bin', 'tsc');
  await promisify(execFile)(tsc, ['-p', 'tsconfig.build.json', '--outDir', unfinished], {
    cwd: ROOT,
  });
  await writeFile(join(unfinished, 'package.json'), '{"type":"module"}\n');
  try {
    await rename(unfinished, folder);
  } catch {
    // Another worker was faster.
    await rm(unfinished, { recursive: true });
  }
  return server;
}

async function hashOfSources(): Promise<string> {
  const hash = createHash('sha256');
  const names = await readdir(join(ROOT, 'src'), { recursive: true });
  const sources = names.filter((name) => name.endsWith('.ts')).sort();
  for (const path of ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json']) {
    hash.update(await readFile(join(ROOT, path)));
  }
  for (const name of sources) hash.update(name).update(await readFile(join(ROOT, 'src', name)));
  return hash.digest('hex').slice(0, 16);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
