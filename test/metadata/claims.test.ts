import { readdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MalformedRecordError, setAside, writeRecord } from '../../src/metadata/metadata-file.ts';
import { MetadataFolder } from '../../src/metadata/metadata-folder.ts';
import type { TrackRecord } from '../../src/metadata/track-record.ts';
import { recordOf } from '../support/records.ts';
import { tempFolder } from '../support/temp-folder.ts';

/** Does what a start does: tracks claim their files in order, and write their records there. */
async function start(folder: string, tracks: readonly string[]): Promise<Map<string, string>> {
  const metadata = await MetadataFolder.open(folder);
  const files = new Map<string, string>();
  for (const track of [...tracks].sort()) {
    const { path, record } = await metadata.claim(track, (name) => tracks.includes(name));
    files.set(track, basename(path));
    if (isOf(record, track)) continue;
    if (record !== undefined) await setAside(path, 'replaced', new Date());
    await writeRecord(path, recordOf(track));
  }
  return files;
}

function isOf(record: TrackRecord | MalformedRecordError | undefined, track: string): boolean {
  return record !== undefined && 'filename' in record && record.filename === track;
}

describe('the file of a track', () => {
  test('has its name with .json for .wav', async () => {
    const files = await start(await tempFolder(), ['dusk.wav', 'two.parts.WAV', 'ä ö.wav']);
    expect(Object.fromEntries(files)).toEqual({
      'dusk.wav': 'dusk.json',
      'two.parts.WAV': 'two.parts.json',
      'ä ö.wav': 'ä ö.json',
    });
  });

  test('is never that of another: a.wav and a.WAV', async () => {
    const files = await start(await tempFolder(), ['a.wav', 'a.WAV', 'a.Wav']);
    expect(new Set(files.values()).size).toBe(3);
    expect([...files.values()].every((name) => name.endsWith('.json'))).toBe(true);
  });

  test('is found again at the next start', async () => {
    const folder = await tempFolder();
    const tracks = ['a.wav', 'a.WAV', 'a.wav.wav', 'a.Wav'];
    const files = await start(folder, tracks);
    expect(await start(folder, tracks)).toEqual(files);
    expect((await readdir(folder)).length).toBe(tracks.length);
  });

  test('stays with it when one that sorts before it comes along', async () => {
    const folder = await tempFolder();
    expect((await start(folder, ['a.wav'])).get('a.wav')).toBe('a.json');
    const files = await start(folder, ['a.WAV', 'a.wav']);
    expect(files.get('a.wav')).toBe('a.json');
    expect(files.get('a.WAV')).toBe('a.WAV.json');
  });

  test('goes over to a track that took the place of one that is gone', async () => {
    const folder = await tempFolder();
    await start(folder, ['a.wav']);
    const metadata = await MetadataFolder.open(folder);
    const { path, record } = await metadata.claim('a.WAV', (name) => name === 'a.WAV');
    expect(basename(path)).toBe('a.json');
    expect(record).toMatchObject({ filename: 'a.wav' });
  });

  test('is its own even if it can’t be read any more', async () => {
    const folder = await tempFolder();
    await writeFile(join(folder, 'a.json'), '{"track_id": ');
    const metadata = await MetadataFolder.open(folder);
    const { path, record } = await metadata.claim('a.wav', () => true);
    expect(basename(path)).toBe('a.json');
    expect(record).toBeInstanceOf(MalformedRecordError);
  });

  test('is not one that was set aside', async () => {
    const folder = await tempFolder();
    await start(folder, ['a.wav']);
    await setAside(join(folder, 'a.json'), 'damaged', new Date());
    const metadata = await MetadataFolder.open(folder);
    expect(await metadata.claim('a.wav', () => true)).toEqual({
      path: join(folder, 'a.json'),
      record: undefined,
    });
  });
});

test('a track that stays keeps its file, whoever comes and goes', async () => {
  const names = ['a.wav', 'a.WAV', 'a.wAv', 'a.wav.wav', 'a.wav.WAV', 'a.wav.2.wav', 'A.wav'];
  const starts = fc.array(fc.subarray(names, { minLength: 1 }), { minLength: 2, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(starts, async (generations) => {
      const folder = await tempFolder();
      let before = new Map<string, string>();
      for (const tracks of generations) {
        const files = await start(folder, tracks);
        expect(new Set(files.values()).size).toBe(tracks.length);
        for (const [track, file] of files) expect(before.get(track) ?? file).toBe(file);
        before = files;
      }
    }),
    { numRuns: 60 },
  );
});

test('to delete the file of one track doesn’t take another’s from it', async () => {
  const folder = await tempFolder();
  await start(folder, ['a.wav.wav']);
  const tracks = ['a.WAV', 'a.wav', 'a.wav.wav'];
  const files = await start(folder, tracks);
  await rm(join(folder, files.get('a.wav.wav') ?? ''));
  const again = await start(folder, tracks);
  expect(again.get('a.wav')).toBe(files.get('a.wav'));
  expect(again.get('a.WAV')).toBe(files.get('a.WAV'));
});

test('only what a write left behind is cleared away', async () => {
  const folder = await tempFolder();
  const kept = ['a.json', '.hidden', '.writer.lock', 'notes.tmp', 'a.json.damaged-2024', '.tmp'];
  for (const name of kept) await writeFile(join(folder, name), '');
  await writeFile(join(folder, '.a.json.4711-1.tmp'), '{"track');
  await writeFile(join(folder, '.two words.json.1-99.tmp'), '');
  const metadata = await MetadataFolder.open(folder);
  await metadata.removeLeftovers();
  expect((await readdir(folder)).sort()).toEqual(kept.sort());
});
