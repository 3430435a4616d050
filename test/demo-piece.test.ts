import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import wavefile from 'wavefile';
import { readConfig } from '../src/config.ts';
import { DEMO_FILENAME, writeDemoPiece } from '../src/demo-piece.ts';
import { startServer } from '../src/start.ts';
import { layoutOf } from './support/layout-of.ts';
import { rawRequest } from './support/raw-request.ts';
import { type LogLine, serve } from './support/serve.ts';
import { tempFolder } from './support/temp-folder.ts';

/** Starts with folders that nobody configured: those of a fresh clone. */
async function startUnconfigured(root: string) {
  const lines: LogLine[] = [];
  const log = pino({ level: 'info' }, { write: (line) => void lines.push(JSON.parse(line)) });
  const defaults = readConfig({ PORT: '0', HOST: '127.0.0.1' });
  expect(defaults).toMatchObject({ audioDir: './audio', isAudioDirDefault: true });
  const [audioDir, metadataDir] = [join(root, 'audio'), join(root, 'metadata')];
  const config = { ...defaults, audioDir, metadataDir };
  const server = await startServer(config, log, (error) => {
    throw error;
  });
  onTestFinished(() => server.close());
  return { lines, audioDir, port: server.port };
}

describe('the piece', () => {
  test('is written beside nothing but hidden files, and is a WAV that can be heard', async () => {
    const folder = await tempFolder();
    await writeFile(join(folder, '.gitkeep'), '');
    const path = await writeDemoPiece(folder);
    expect(path).toBe(join(folder, DEMO_FILENAME));
    expect((await readdir(folder)).sort()).toEqual(['.gitkeep', DEMO_FILENAME]);
    const file = await readFile(join(folder, DEMO_FILENAME));
    const layout = await layoutOf(file);
    expect(layout.title).toBe('First Light');
    expect(layout.frames / layout.format.sampleRate).toBe(24);
    const samples = new wavefile.WaveFile(file).getSamples(true);
    const loudest = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    expect(loudest).toBeGreaterThan(3_000);
    expect(loudest).toBeLessThan(32_767);
  });

  test('is not written where there is anything to be seen', async () => {
    const folder = await tempFolder();
    await writeFile(join(folder, 'notes.txt'), 'mine');
    expect(await writeDemoPiece(folder)).toBeUndefined();
    expect(await readdir(folder)).toEqual(['notes.txt']);
  });
});

test('a fresh clone has something to play, and says so', async () => {
  const server = await startUnconfigured(await tempFolder());
  expect(await readdir(server.audioDir)).toEqual([DEMO_FILENAME]);
  expect(server.lines.filter(({ msg }) => msg.includes(DEMO_FILENAME))).toHaveLength(1);
  const tracks = JSON.parse((await rawRequest(server.port, '/tracks')).body.toString());
  expect(tracks).toEqual([expect.objectContaining({ title: 'First Light', total_segments: 48 })]);
});

test('a default folder with a work of its own gets no other', async () => {
  const root = await tempFolder();
  await mkdir(join(root, 'audio'));
  await writeFile(join(root, 'audio', 'mine.txt'), 'mine');
  const server = await startUnconfigured(root);
  expect(await readdir(server.audioDir)).toEqual(['mine.txt']);
});

test('a folder that somebody configured stays empty', async () => {
  const server = await serve();
  expect(await readdir(server.audioDir)).toEqual([]);
  expect(await server.json('/tracks')).toEqual([]);
});
