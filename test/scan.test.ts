import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bodyOf, chunk, fmtBody, infoList, riff } from './support/riff.ts';
import { type LogLine, serve } from './support/serve.ts';
import { tempFolder } from './support/temp-folder.ts';
import { wavFile } from './support/wav-files.ts';
import { wearOf } from './support/wear.ts';

const WARNING = 40;
const work = wavFile({ sampleRate: 8_000, frames: 10_000 });

function warningsOf(lines: readonly LogLine[]): LogLine[] {
  return lines.filter(({ level }) => level >= WARNING);
}

async function recordOf(server: { metadataDir: string }, name: string) {
  return JSON.parse(await readFile(join(server.metadataDir, name), 'utf8'));
}

async function metadataFiles(server: { metadataDir: string }): Promise<string[]> {
  return (await readdir(server.metadataDir)).filter((name) => !name.startsWith('.'));
}

describe('what can’t be a track is skipped with one warning that says which and why', () => {
  const data = chunk('data', Buffer.alloc(400, 1));
  const adpcm = chunk('fmt ', fmtBody({ tag: 2, bits: 4, blockAlign: 256 }));
  const mp3 = chunk('fmt ', fmtBody({ tag: 0x55, bits: 0, blockAlign: 1 }));
  const huge = chunk('fmt ', fmtBody({ sampleRate: 0, bits: 16 }));
  const UNUSABLE: [string, string, Uint8Array, RegExp][] = [
    ['an empty file', 'empty.wav', Buffer.alloc(0), /empty/],
    ['nothing but a header', 'header.wav', work.subarray(0, 44), /no audio/],
    ['half a header', 'half.wav', work.subarray(0, 30), /fmt|data/],
    ['a form without chunks', 'form.wav', work.subarray(0, 12), /fmt/],
    ['the first bytes alone', 'start.wav', work.subarray(0, 7), /not a WAV/],
    ['text', 'text.wav', Buffer.from('a text that says it were music'), /not a WAV/],
    ['an MP3', 'song.wav', Buffer.from('ID3\u0003'.repeat(99)), /not a WAV/],
    ['a WAV of ADPCM', 'adpcm.wav', riff([adpcm, data]), /0x0002/],
    ['a WAV of MP3', 'mp3.wav', riff([mp3, data]), /0x0055/],
    ['a WAV of no sample rate', 'still.wav', riff([huge, data]), /0 Hz/],
    ['a WAV without fmt', 'nofmt.wav', riff([data]), /fmt/],
    ['a WAV without data', 'nodata.wav', riff([chunk('fmt ', fmtBody())]), /data/],
    ['another kind of file', 'notes.txt', Buffer.from('notes'), /\.wav/],
    ['a WAV that isn’t called one', 'work.wave', work, /\.wav/],
    ['a file without a name before its ending', 'wav', work, /\.wav/],
  ];
  test.each(UNUSABLE)('%s', async (_what, name, content, reason) => {
    const server = await serve({ files: { [name]: content, 'good.wav': work } });
    const warnings = warningsOf(server.lines);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatchObject({ level: WARNING, msg: expect.stringMatching(reason) });
    expect(warnings[0]?.msg).toContain(name);
    expect(
      (await server.json('/tracks')).map((track: { filename: string }) => track.filename),
    ).toEqual(['good.wav']);
    expect((await server.request(`/stream/${name}`)).status).toBe(404);
    expect((await server.request('/stream/good.wav')).body.equals(work)).toBe(true);
    expect((await server.audio(name)).equals(content)).toBe(true);
    expect(await metadataFiles(server)).toEqual(['good.json']);
  });

  const PLACED: [string, string, (audioDir: string) => Promise<unknown>, RegExp][] = [
    ['a folder', 'folder.wav', (dir) => mkdir(join(dir, 'folder.wav')), /folder/],
    ['a link', 'link.wav', (dir) => symlink('good.wav', join(dir, 'link.wav')), /link/],
    ['a link that leads nowhere', 'lost.wav', (dir) => symlink('x', join(dir, 'lost.wav')), /link/],
    [
      'a pipe',
      'pipe.wav',
      async (dir) => execFileSync('mkfifo', [join(dir, 'pipe.wav')]),
      /regular/,
    ],
  ];
  test.each(PLACED)('%s', async (_what, name, place, reason) => {
    const folder = await tempFolder();
    await mkdir(join(folder, 'audio'));
    await place(join(folder, 'audio'));
    const server = await serve({ folder, files: { 'good.wav': work } });
    const warnings = warningsOf(server.lines);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatchObject({ level: WARNING, msg: expect.stringMatching(reason) });
    expect(warnings[0]?.msg).toContain(name);
    expect(await server.json('/tracks')).toHaveLength(1);
    expect((await server.request(`/stream/${name}`)).status).toBe(404);
  });

  test('all of them at once get one each, and the good ones are served', async () => {
    const bad = Object.fromEntries(UNUSABLE.map(([, name, content]) => [name, content]));
    const server = await serve({ files: { ...bad, 'one.wav': work, 'two.WAV': work } });
    expect(warningsOf(server.lines)).toHaveLength(UNUSABLE.length);
    expect(await server.json('/tracks')).toHaveLength(2);
  });

  test('hidden files are nobody’s business', async () => {
    const files = { '.DS_Store': Buffer.from('x'), '.work.wav': work, 'good.wav': work };
    const server = await serve({ files });
    expect(warningsOf(server.lines)).toEqual([]);
    expect(await server.json('/tracks')).toHaveLength(1);
  });
});

test('a start says how many tracks there are, where, and on which port', async () => {
  const server = await serve({ files: { 'a.wav': work, 'b.wav': work, 'c.txt': work } });
  const starts = server.lines.filter(({ level, tracks }) => level === 30 && tracks !== undefined);
  expect(starts).toEqual([
    expect.objectContaining({
      tracks: 2,
      audioDir: server.audioDir,
      metadataDir: server.metadataDir,
      port: server.port,
    }),
  ]);
});

describe('metadata', () => {
  test('is made for a new track, at 0 plays', async () => {
    const server = await serve({ files: { 'work.wav': work } });
    expect(await recordOf(server, 'work.json')).toMatchObject({
      filename: 'work.wav',
      title: 'work',
      duration: 1.25,
      segment_duration: 0.5,
      degradation_rate: 1,
      total_segments: 3,
      segment_play_counts: [0, 0, 0],
      total_streams: 0,
    });
    expect((await server.audio('work.wav')).equals(work)).toBe(true);
  });

  test('is kept over a restart, and so is the audio', async () => {
    const first = await serve({ files: { 'work.wav': work } });
    await first.request('/stream/work.wav');
    await first.request('/stream/work.wav?start=1');
    const stats = await first.json('/stats/work.wav');
    await first.close();
    const [record, worn] = [await recordOf(first, 'work.json'), await first.audio('work.wav')];

    const second = await serve({ folder: first.root });
    expect(await second.json('/stats/work.wav')).toEqual(stats);
    expect(stats.segment_play_counts).toEqual([1, 1, 2]);
    expect(await recordOf(second, 'work.json')).toEqual(record);
    expect((await second.audio('work.wav')).equals(worn)).toBe(true);
    expect(warningsOf(second.lines)).toEqual([]);
  });

  test('decay goes on after a restart where it was', async () => {
    const first = await serve({ files: { 'work.wav': work }, env: { DEGRADATION_RATE: '50' } });
    await first.request('/stream/work.wav');
    await first.close();
    const half = await first.audio('work.wav');
    const second = await serve({ folder: first.root, env: { DEGRADATION_RATE: '50' } });
    expect((await second.request('/stream/work.wav')).body.equals(half)).toBe(true);
    await second.close();
    const silent = await second.audio('work.wav');
    expect(silent.subarray(44).every((byte) => byte === 0)).toBe(true);
  });

  test('a track keeps the length of segments and the rate it began with', async () => {
    const first = await serve({ files: { 'work.wav': work } });
    await first.request('/stream/work.wav');
    await first.close();
    const env = { SEGMENT_DURATION: '0.25', DEGRADATION_RATE: '10' };
    const second = await serve({ folder: first.root, files: { 'new.wav': work }, env });
    expect(await second.json('/stats/work.wav')).toMatchObject({
      segment_duration: 0.5,
      segment_play_counts: [1, 1, 1],
      overall_degradation: 1,
    });
    expect(await second.json('/stats/new.wav')).toMatchObject({
      segment_duration: 0.25,
      total_segments: 5,
    });
  });

  test('deleted while the server is down, counts start at 0, and plays take from what is left', async () => {
    const first = await serve({ files: { 'work.wav': work } });
    await first.request('/stream/work.wav');
    await first.close();
    await rm(join(first.metadataDir, 'work.json'));
    const second = await serve({ folder: first.root });
    expect(await second.json('/stats/work.wav')).toMatchObject({ segment_play_counts: [0, 0, 0] });
    await second.request('/stream/work.wav');
    expect(await second.json('/stats/work.wav')).toMatchObject({ segment_play_counts: [1, 1, 1] });
    const place = { offset: 44, frames: 10_000, blockAlign: 4, framesEach: 4_000, silence: 0 };
    expect(wearOf(work, await second.audio('work.wav'), place)).toEqual({
      silent: [80, 80, 40],
      foreignFrames: 0,
      changedOutside: 0,
    });
  });

  test('of another WAV under the same name is set aside: a new work begins at 0', async () => {
    const first = await serve({ files: { 'work.wav': work } });
    await first.request('/stream/work.wav');
    await first.close();
    const old = await readFile(join(first.metadataDir, 'work.json'), 'utf8');
    const other = wavFile({ sampleRate: 8_000, frames: 6_000 });
    const second = await serve({ folder: first.root, files: { 'work.wav': other } });
    expect(await second.json('/stats/work.wav')).toMatchObject({ segment_play_counts: [0, 0] });
    expect(warningsOf(second.lines)).toHaveLength(1);
    const aside = (await metadataFiles(second)).filter((name) => name !== 'work.json');
    expect(aside).toHaveLength(1);
    expect(await readFile(join(first.metadataDir, aside[0] ?? ''), 'utf8')).toBe(old);
  });

  test.each<[string, (record: object) => string]>([
    ['is cut off', () => '{"half": '],
    ['has too few counts', (record) => JSON.stringify({ ...record, segment_play_counts: [3] })],
    [
      'has other segments than the WAV',
      (record) => JSON.stringify({ ...record, total_segments: 2, segment_play_counts: [3, 3] }),
    ],
    [
      'has segments of another length',
      (record) => JSON.stringify({ ...record, segment_duration: 0.25 }),
    ],
  ])('that %s is set aside, and the plays are counted from the audio', async (_what, damage) => {
    const first = await serve({ files: { 'work.wav': work } });
    for (let play = 0; play < 3; play++) await first.request('/stream/work.wav');
    await first.request('/stream/work.wav?start=1');
    await first.close();
    const damaged = damage(await recordOf(first, 'work.json'));
    await writeFile(join(first.metadataDir, 'work.json'), damaged);

    const second = await serve({ folder: first.root });
    const stats = await second.json('/stats/work.wav');
    expect(stats).toMatchObject({ segment_play_counts: [3, 3, 4] });
    expect(warningsOf(second.lines)).toHaveLength(1);
    const aside = (await metadataFiles(second)).filter((name) => name !== 'work.json');
    expect(aside).toHaveLength(1);
    expect(await readFile(join(first.metadataDir, aside[0] ?? ''), 'utf8')).toBe(damaged);
  });

  test('that can’t be read keeps nobody from hearing the other tracks', async () => {
    const folder = await tempFolder();
    await mkdir(join(folder, 'metadata', 'work.json'), { recursive: true });
    const server = await serve({ folder, files: { 'work.wav': work, 'other.wav': work } });
    expect((await server.request('/stream/other.wav')).body.equals(work)).toBe(true);
    expect(warningsOf(server.lines)).toEqual([
      expect.objectContaining({ msg: expect.stringContaining('work.wav') }),
    ]);
  });

  test('of a.wav and a.WAV are two', async () => {
    const first = await serve({ files: { 'a.wav': work, 'a.WAV': work } });
    await first.request('/stream/a.wav');
    await first.close();
    const second = await serve({ folder: first.root });
    expect(await second.json('/stats/a.wav')).toMatchObject({ segment_play_counts: [1, 1, 1] });
    expect(await second.json('/stats/a.WAV')).toMatchObject({ segment_play_counts: [0, 0, 0] });
    expect((await second.audio('a.WAV')).equals(work)).toBe(true);
    expect(warningsOf(second.lines)).toEqual([]);
  });

  test('what a write left behind is cleared away at the start', async () => {
    const first = await serve({ files: { 'work.wav': work } });
    await first.close();
    await writeFile(join(first.metadataDir, '.work.json.4711-1.tmp'), '{"track');
    const second = await serve({ folder: first.root });
    expect(await readdir(second.metadataDir)).not.toContain('.work.json.4711-1.tmp');
  });
});

describe('the title of a track', () => {
  const titled = (...chunks: Buffer[]) =>
    riff([chunk('fmt ', bodyOf(work, 'fmt ')), ...chunks, chunk('data', bodyOf(work, 'data'))]);
  test.each<[string, Buffer, string]>([
    ['is its INAM tag', wavFile({ frames: 10, title: 'First Light' }), 'First Light'],
    ['is the stem of its name without one', work, 'the.work'],
    ['is the stem where the tag is empty', titled(infoList({ INAM: Buffer.alloc(4) })), 'the.work'],
    ['may be in any script', titled(infoList({ INAM: Buffer.from('夜明け') })), '夜明け'],
  ])('%s', async (_what, content, title) => {
    const server = await serve({ files: { 'the.work.wav': content } });
    expect((await server.json('/tracks'))[0]).toMatchObject({ title });
    expect(await server.json('/stats/the.work.wav')).toMatchObject({ title });
    expect(await recordOf(server, 'the.work.json')).toMatchObject({ title });
  });
});

test('a folder of audio that isn’t there yet is made, and stays empty', async () => {
  const folder = await tempFolder();
  const audioDir = join(folder, 'new', 'works');
  const server = await serve({ folder, env: { AUDIO_DIR: audioDir } });
  expect(await server.json('/tracks')).toEqual([]);
  expect(await readdir(audioDir)).toEqual([]);
});

test('a renamed work keeps nothing of another’s', async () => {
  const first = await serve({ files: { 'a.wav': work, 'b.wav': work } });
  await first.request('/stream/a.wav');
  await first.close();
  await rm(join(first.audioDir, 'b.wav'));
  await rename(join(first.audioDir, 'a.wav'), join(first.audioDir, 'c.wav'));
  const second = await serve({ folder: first.root });
  expect(await second.json('/tracks')).toHaveLength(1);
  expect(await second.json('/stats/c.wav')).toMatchObject({ segment_play_counts: [0, 0, 0] });
});
