import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isLeftover, replaceFile } from '../../src/metadata/replace-file.ts';
import { smallDisk } from '../support/small-disk.ts';
import { tempFolder } from '../support/temp-folder.ts';

const OLD = 'old '.repeat(1_000);
const NEW = 'new! '.repeat(100_000);

/** Calls `look` in every turn of the event loop until `work` is done. */
async function watchDuring(work: Promise<unknown>, look: () => void): Promise<void> {
  let isDone = false;
  const end = () => {
    isDone = true;
  };
  void work.then(end, end);
  while (!isDone) {
    look();
    await new Promise(setImmediate);
  }
  await work;
}

describe.each([
  ['durably', true],
  ['without waiting for the disk', false],
])('%s', (_how, durable) => {
  test('a file that is not there yet is written', async () => {
    const path = join(await tempFolder(), 'work.json');
    await replaceFile(path, NEW, durable);
    expect(await readFile(path, 'utf8')).toBe(NEW);
  });

  test('at every moment the name leads to all of the old content or all of the new', async () => {
    const folder = await tempFolder();
    const path = join(folder, 'work.json');
    await writeFile(path, OLD);
    const seen = new Set<string>();
    await watchDuring(replaceFile(path, NEW, durable), () => seen.add(readFileSync(path, 'utf8')));
    expect([...seen].every((content) => content === OLD || content === NEW)).toBe(true);
    expect(await readFile(path, 'utf8')).toBe(NEW);
    expect(await readdir(folder)).toEqual(['work.json']);
  });

  test('two replacements at once don’t get in each other’s way', async () => {
    const folder = await tempFolder();
    const path = join(folder, 'work.json');
    await Promise.all([replaceFile(path, OLD, durable), replaceFile(path, NEW, durable)]);
    expect([OLD, NEW]).toContain(await readFile(path, 'utf8'));
    expect(await readdir(folder)).toEqual(['work.json']);
  });

  test('a replacement that fails at the last step leaves nothing behind', async () => {
    const folder = await tempFolder();
    const path = join(folder, 'work.json');
    await mkdir(join(path, 'in-the-way'), { recursive: true });
    await expect(replaceFile(path, NEW, durable)).rejects.toThrow();
    expect(await readdir(folder)).toEqual(['work.json']);
    expect((await stat(path)).isDirectory()).toBe(true);
  });
});

test('a folder that is gone is an error, not a crash', async () => {
  const path = join(await tempFolder(), 'gone', 'work.json');
  await expect(replaceFile(path, NEW, true)).rejects.toMatchObject({ code: 'ENOENT' });
});

test('a disk that fills up in the middle leaves the old content and no half of the new', async (context) => {
  const folder = await smallDisk(context, 64);
  const path = join(folder, 'work.json');
  await writeFile(path, OLD);
  await writeFile(join(folder, 'others'), Buffer.alloc(40 * 1024));
  await expect(replaceFile(path, NEW, true)).rejects.toMatchObject({ code: 'ENOSPC' });
  expect(await readFile(path, 'utf8')).toBe(OLD);
  expect((await readdir(folder)).sort()).toEqual(['others', 'work.json']);
  await replaceFile(path, 'short', true);
  expect(await readFile(path, 'utf8')).toBe('short');
});

describe('what a killed process leaves behind', () => {
  test('is told by its name', async () => {
    const folder = await tempFolder();
    const path = join(folder, 'work.json');
    const names = new Set<string>();
    await watchDuring(replaceFile(path, NEW, true), () => {
      for (const name of readdirSync(folder)) names.add(name);
    });
    names.delete('work.json');
    expect(names.size).toBe(1);
    for (const name of names) expect(isLeftover(name)).toBe(true);
  });

  test.each([
    'work.json',
    'work.json.tmp',
    '.work.json',
    '.writer.lock',
    '.work.json.tmp',
    'work.json.1-1.tmp',
    '.work.json.1-1.tmp.wav',
    'work.json.damaged-2024-01-02T03-04-05-678Z',
  ])('is not %s', (name) => {
    expect(isLeftover(name)).toBe(false);
  });
});
