import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { noiseTrack, silentAfter, silentFramesOf } from '../support/noise-track.ts';
import { serve } from '../support/serve.ts';

const WARNING = 40;
const SEGMENTS = 4;
const track = noiseTrack(SEGMENTS);
/** One play of everything, two more of the second half. */
const WORN = [1, 1, 3, 3];

type Server = Awaited<ReturnType<typeof serve>>;
type Json = Record<string, unknown>;

/** A track that was played, and whose server was stopped. */
async function wornTrack(): Promise<Server> {
  const server = await serve({ files: { 'work.wav': track.wav } });
  await server.request('/stream/work.wav');
  await server.request('/stream/work.wav?start=1');
  await server.request('/stream/work.wav?start=1');
  expect(await server.json('/stats/work.wav')).toMatchObject({ segment_play_counts: WORN });
  await server.close();
  return server;
}

function recordPath({ metadataDir }: Server): string {
  return join(metadataDir, 'work.json');
}

async function visibleFiles({ metadataDir }: Server): Promise<string[]> {
  return (await readdir(metadataDir)).filter((name) => !name.startsWith('.')).sort();
}

/** Asserts that statistics, record and audio say the same. */
async function expectPlays(server: Server, plays: number[]): Promise<void> {
  expect(await server.json('/stats/work.wav')).toMatchObject({ segment_play_counts: plays });
  const record = JSON.parse(await readFile(recordPath(server), 'utf8'));
  expect(record).toMatchObject({ segment_play_counts: plays });
  expect(silentFramesOf(track, await server.audio('work.wav'))).toEqual(silentAfter(plays));
}

function cut(share: number): (text: string) => string {
  return (text) => text.slice(0, Math.floor(text.length * share));
}

function change(edit: (record: Json) => Json): (text: string) => string {
  return (text) => JSON.stringify(edit(JSON.parse(text)));
}

function counts(edit: (plays: number[]) => unknown): (text: string) => string {
  return change((record) => ({
    ...record,
    segment_play_counts: edit(record.segment_play_counts as number[]),
  }));
}

const DAMAGE: [string, (text: string) => string | Buffer][] = [
  ['is empty', () => ''],
  ['is cut off after a byte', () => '{'],
  ['is cut off early', cut(0.1)],
  ['is cut off in the middle', cut(0.5)],
  ['is cut off before its last bytes', (text) => text.slice(0, -3)],
  ['is not JSON', () => 'segment_play_counts: 1, 1, 3, 3'],
  ['is nothing but zeros, as after a power failure', (text) => Buffer.alloc(text.length)],
  ['is JSON of something else', () => '[]'],
  ['is null', () => 'null'],
  ['has text for counts', counts((plays) => plays.map(String))],
  ['has a number for counts', counts(() => 8)],
  ['has a negative count', counts((plays) => plays.with(0, -1))],
  ['has half a play', counts((plays) => plays.with(0, 0.5))],
  ['has a count missing', counts((plays) => plays.slice(1))],
  ['has a count too many', counts((plays) => [...plays, 0])],
  [
    'is for other segments',
    change((record) => ({ ...record, total_segments: 3, segment_play_counts: [1, 1, 3] })),
  ],
  ['has no counts', change(({ segment_play_counts: _, ...rest }) => rest)],
  ['has no identity of the audio', change(({ audio: _, ...rest }) => rest)],
  ['has no track id', change((record) => ({ ...record, track_id: '' }))],
  ['has no rate', change((record) => ({ ...record, degradation_rate: 0 }))],
  ['names segments that are not there', change((record) => ({ ...record, unsettled: [99] }))],
];

describe('a metadata file that', () => {
  test.each(DAMAGE)(
    '%s is kept aside, and plays are counted from the audio',
    async (_how, damage) => {
      const before = await wornTrack();
      const worn = await before.audio('work.wav');
      const damaged = damage(await readFile(recordPath(before), 'utf8'));
      await writeFile(recordPath(before), damaged);

      const server = await serve({ folder: before.root });
      await expectPlays(server, WORN);
      expect((await server.audio('work.wav')).equals(worn)).toBe(true);
      const [record, aside = '', ...more] = await visibleFiles(server);
      expect({ record, more }).toEqual({ record: 'work.json', more: [] });
      expect(aside).toMatch(/^work\.json\.damaged-/);
      expect(await readFile(join(server.metadataDir, aside))).toEqual(Buffer.from(damaged));
      const warnings = server.lines.filter(({ level }) => level >= WARNING);
      expect(warnings).toEqual([
        expect.objectContaining({
          msg: expect.stringMatching(/work\.wav was damaged.*kept aside/),
        }),
      ]);

      await server.request('/stream/work.wav');
      await expectPlays(server, [2, 2, 4, 4]);
      await server.close();
      const next = await serve({ folder: before.root });
      await expectPlays(next, [2, 2, 4, 4]);
      expect(await visibleFiles(next)).toEqual([record, aside]);
    },
  );
});

test('after torn metadata decay goes on in a straight line to silence', async () => {
  const before = await wornTrack();
  await writeFile(recordPath(before), '{');
  const server = await serve({ folder: before.root });
  for (let plays = 2; plays <= 100; plays++) {
    await server.request('/stream/work.wav');
    if (plays % 20 === 0) await expectPlays(server, [plays, plays, plays + 2, plays + 2]);
  }
  const silent = silentFramesOf(track, await server.audio('work.wav'));
  expect(silent).toEqual(new Array(SEGMENTS).fill(4_000));
  expect(await server.json('/stats/work.wav')).toMatchObject({ overall_degradation: 100 });
});

test('after metadata was deleted plays count from 0 and take 1 % of all frames from what is left', async () => {
  const before = await wornTrack();
  const worn = await before.audio('work.wav');
  await rm(recordPath(before));

  const server = await serve({ folder: before.root });
  expect(await server.json('/stats/work.wav')).toMatchObject({
    segment_play_counts: [0, 0, 0, 0],
    total_streams: 0,
    overall_degradation: 0,
  });
  expect((await server.audio('work.wav')).equals(worn)).toBe(true);
  for (const plays of [1, 2, 3, 50, 97, 98, 99, 100]) {
    const { segment_play_counts } = await server.json('/stats/work.wav');
    for (let n = segment_play_counts[0]; n < plays; n++) await server.request('/stream/work.wav');
    expect(await server.json('/stats/work.wav')).toMatchObject({
      segment_play_counts: new Array(SEGMENTS).fill(plays),
    });
    expect(silentFramesOf(track, await server.audio('work.wav'))).toEqual(
      silentAfter(WORN.map((wear) => wear + plays)),
    );
    if (plays !== 2) continue;
    // The wear that was there before is remembered.
    await server.close();
    Object.assign(server, await serve({ folder: before.root }));
  }
});

test('a master that is put back under its old name is a new work', async () => {
  const before = await wornTrack();
  const old = await readFile(recordPath(before));
  await writeFile(join(before.audioDir, 'work.wav'), track.wav);

  const server = await serve({ folder: before.root });
  await expectPlays(server, [0, 0, 0, 0]);
  expect(await server.json('/stats/work.wav')).toMatchObject({ total_streams: 0 });
  expect((await server.audio('work.wav')).equals(track.wav)).toBe(true);
  const [, aside = ''] = await visibleFiles(server);
  expect(aside).toMatch(/^work\.json\.replaced-/);
  expect(await readFile(join(server.metadataDir, aside))).toEqual(old);
  expect(server.lines.filter(({ level }) => level >= WARNING)).toEqual([
    expect.objectContaining({ msg: expect.stringMatching(/work\.wav.*new work.*from 0/) }),
  ]);
  await server.request('/stream/work.wav');
  await expectPlays(server, [1, 1, 1, 1]);
});

test.each([
  ['some time after', [] as number[]],
  ['right after', expect.anything()],
])(
  'a master that is put back while the server runs, %s it was heard, is a new work',
  async (_when, unsettled) => {
    const server = await serve({ files: { 'work.wav': track.wav } });
    await server.request('/stream/work.wav');
    await expectPlays(server, [1, 1, 1, 1]);
    await vi.waitFor(
      async () => {
        const record = JSON.parse(await readFile(recordPath(server), 'utf8'));
        expect(record.unsettled).toEqual(unsettled);
      },
      { timeout: 10_000, interval: 20 },
    );
    await writeFile(join(server.audioDir, 'work.wav'), track.wav);
    await vi.waitFor(
      () => {
        const messages = server.lines.map(({ msg }) => msg);
        expect(messages).toContain('work.wav is served from now on');
      },
      { timeout: 10_000, interval: 50 },
    );
    await expectPlays(server, [0, 0, 0, 0]);
    expect((await server.audio('work.wav')).equals(track.wav)).toBe(true);
    const [, aside = ''] = await visibleFiles(server);
    expect(aside).toMatch(/^work\.json\.replaced-/);
    await server.request('/stream/work.wav');
    await expectPlays(server, [1, 1, 1, 1]);
  },
);
