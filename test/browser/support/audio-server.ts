import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { vi } from 'vitest';
import { readConfig } from '../../../src/config.ts';
import { startServer } from '../../../src/start.ts';
import type { Diary } from './diary.ts';
import type { SegmentGrid } from './expected-plays.ts';
import { StreamLog } from './stream-log.ts';

export const TRACK = 'work.wav';

/**
 * How long nothing may count before a test believes that nothing more will: longer than the server
 * waits to see what a closed response was, or holds back the end of a track.
 */
const QUIET_MS = 3000;

export interface Stats extends SegmentGrid {
  readonly segment_play_counts: readonly number[];
  readonly overall_degradation: number;
  readonly total_streams: number;
}

export interface AudioServer {
  readonly url: string;
  /** Of the track. */
  readonly source: string;
  /** The statistics, once nobody is being sent anything and what was heard has been counted. */
  settledStats(): Promise<Stats>;
  close(): Promise<void>;
}

/**
 * Starts the real server with one track. (`serve()` can't be had here: it ties the server to the
 * test that vitest takes for the current one, and these tests run side by side.)
 */
export async function startAudioServer(track: Buffer, diary: Diary): Promise<AudioServer> {
  const root = await mkdtemp(join(tmpdir(), 'ephemeral-browser-'));
  const audioDir = join(root, 'audio');
  await mkdir(audioDir);
  await writeFile(join(audioDir, TRACK), track);
  const config = readConfig({
    PORT: '0',
    HOST: '127.0.0.1',
    AUDIO_DIR: audioDir,
    METADATA_DIR: join(root, 'metadata'),
  });
  const write = (line: string) => diary.note('server', JSON.parse(line).msg);
  const server = await startServer(config, pino({ level: 'info' }, { write }), (error) => {
    throw error;
  });
  const url = `http://127.0.0.1:${server.port}`;
  const log = new StreamLog(server.port, diary);
  return {
    url,
    source: `${url}/stream/${TRACK}`,
    settledStats: () => settled(url, log),
    close: async () => {
      log.close();
      await server.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}

async function settled(url: string, log: StreamLog): Promise<Stats> {
  let last = '';
  let since = 0;
  return vi.waitFor(
    async () => {
      const text = await (await fetch(`${url}/stats/${TRACK}`)).text();
      if (log.open > 0) throw new Error(`${log.open} responses have not ended`);
      if (text !== last) since = performance.now();
      last = text;
      if (performance.now() - since < QUIET_MS) throw new Error('plays are still counted');
      return JSON.parse(text) as Stats;
    },
    { timeout: 15_000, interval: 100 },
  );
}
