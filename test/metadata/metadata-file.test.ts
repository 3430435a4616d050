import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  MalformedRecordError,
  readRecord,
  setAside,
  writeFirstRecord,
  writeRecord,
} from '../../src/metadata/metadata-file.ts';
import { recordOf } from '../support/records.ts';
import { tempFolder } from '../support/temp-folder.ts';

async function fileOf(content: string | Uint8Array): Promise<string> {
  const path = join(await tempFolder(), 'work.json');
  await writeFile(path, content);
  return path;
}

const good = recordOf('work.wav', [3, 0, 7]);

test.each([
  ['the first one', writeFirstRecord],
  ['a later one', writeRecord],
])('a record is read as it was written: %s', async (_which, write) => {
  const path = join(await tempFolder(), 'work.json');
  await write(path, good);
  expect(await readRecord(path)).toEqual(good);
});

test('a record is JSON that others can read', async () => {
  const path = join(await tempFolder(), 'work.json');
  await writeRecord(path, good);
  const text = await readFile(path, 'utf8');
  expect(JSON.parse(text)).toMatchObject({ filename: 'work.wav', segment_play_counts: [3, 0, 7] });
  expect(text.endsWith('\n')).toBe(true);
});

test('what is written is what the record was when it was handed over', async () => {
  const path = join(await tempFolder(), 'work.json');
  const record = recordOf('work.wav', [1, 1]);
  const written = writeRecord(path, record);
  record.segment_play_counts[0] = 99;
  await written;
  expect((await readRecord(path))?.segment_play_counts).toEqual([1, 1]);
});

test('where there is no file there is no record', async () => {
  expect(await readRecord(join(await tempFolder(), 'none.json'))).toBeUndefined();
});

describe('a file that says nothing to rely on is reported, in one line', () => {
  const json = JSON.stringify(good);
  const changed = (change: Record<string, unknown>) => JSON.stringify({ ...good, ...change });
  const { track_id: _, ...nameless } = good;
  test.each([
    ['empty', ''],
    ['not JSON', 'plays: 3'],
    ['cut off', json.slice(0, -20)],
    ['bytes of something else', Buffer.from([0x1f, 0x8b, 0x08, 0xff, 0x00])],
    ['null', 'null'],
    ['a list', '[]'],
    ['a number', '7'],
    ['without its id', JSON.stringify(nameless)],
    ['with too few counts', changed({ segment_play_counts: [1, 2] })],
    ['with too many counts', changed({ segment_play_counts: [1, 2, 3, 4] })],
    ['with counts that are no numbers', changed({ segment_play_counts: ['3', '0', '7'] })],
    ['with a negative count', changed({ segment_play_counts: [-1, 0, 0] })],
    ['with a fraction of a play', changed({ segment_play_counts: [0.5, 0, 0] })],
    ['with a count past 32 bits', changed({ segment_play_counts: [2 ** 32, 0, 0] })],
    ['with an unknown count', changed({ segment_play_counts: [null, 0, 0] })],
    ['with a negative number of streams', changed({ total_streams: -1 })],
    ['with a rate of 0', changed({ degradation_rate: 0 })],
    ['with a rate above 100', changed({ degradation_rate: 101 })],
    ['with segments of no length', changed({ segment_duration: 0 })],
    ['with no segments', changed({ total_segments: 0, segment_play_counts: [] })],
    ['with a date that is none', changed({ created_at: 'yesterday' })],
    ['without the audio it belongs to', changed({ audio: undefined })],
    ['with an unsettled segment that is not there', changed({ unsettled: [3] })],
  ])('%s', async (_what, content) => {
    const path = await fileOf(content);
    const error = await readRecord(path).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(MalformedRecordError);
    expect((error as Error).message).toMatch(/^[^\n]+$/);
  });
});

test('what others added to a record doesn’t make it malformed', async () => {
  const path = await fileOf(JSON.stringify({ ...good, comment: 'recorded at dusk' }));
  expect(await readRecord(path)).toMatchObject(good);
});

test('a file set aside keeps its content, under a name that says why and when', async () => {
  const path = await fileOf('half a rec');
  const aside = await setAside(path, 'damaged', new Date('2024-01-02T03:04:05.678Z'));
  expect(await readFile(aside, 'utf8')).toBe('half a rec');
  expect(aside.startsWith(`${path}.damaged-2024-01-02`)).toBe(true);
  expect(await readRecord(path)).toBeUndefined();
});

test('a file set aside a second time doesn’t take the place of the first', async () => {
  const path = await fileOf('first');
  await setAside(path, 'damaged', new Date('2024-01-02T03:04:05.678Z'));
  await writeFile(path, 'second');
  await setAside(path, 'damaged', new Date('2024-01-02T03:04:05.679Z'));
  const folder = join(path, '..');
  const contents = await Promise.all(
    (await readdir(folder)).map((name) => readFile(join(folder, name), 'utf8')),
  );
  expect(contents.sort()).toEqual(['first', 'second']);
});
