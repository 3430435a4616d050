import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, readlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import type { TrackRecord } from '../../src/metadata/track-record.ts';
import { builtServer } from './built-server.ts';
import { rawRequest } from './raw-request.ts';
import type { LogLine } from './serve.ts';
import { type Finishing, tempFolder } from './temp-folder.ts';

export interface ProcessOptions {
  /** Content of the audio folder, by file name. */
  readonly files?: Readonly<Record<string, Uint8Array>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Where the two folders are; a temporary one if none is given. */
  readonly folder?: string;
  /** The metadata folder, if it is elsewhere. */
  readonly metadataDir?: string;
  /** The test, where several run side by side. */
  readonly test?: Finishing;
}

export interface Stats {
  readonly segment_play_counts: number[];
  readonly total_segments: number;
  readonly total_streams: number;
  readonly overall_degradation: number;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export type ServerProcess = Awaited<ReturnType<typeof startProcess>>;

/** Starts the server as a process of its own, as an operator would; it ends with the test. */
export async function startProcess({
  files = {},
  env = {},
  folder,
  metadataDir,
  test = { onTestFinished },
}: ProcessOptions = {}) {
  const root = folder ?? (await tempFolder(test));
  const audioDir = join(root, 'audio');
  const records = metadataDir ?? join(root, 'metadata');
  await mkdir(audioDir, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(audioDir, name), content);
  }
  const child = spawn(process.execPath, ['--enable-source-maps', await builtServer()], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      PORT: '0',
      HOST: '127.0.0.1',
      AUDIO_DIR: audioDir,
      METADATA_DIR: records,
      ...env,
    },
  });
  const { pid } = child;
  if (pid === undefined) throw new Error('the server did not start');
  const exited: Promise<Exit> = once(child, 'close').then(([code, signal]) => ({ code, signal }));
  test.onTestFinished(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await exited;
  });

  const lines: LogLine[] = [];
  let errors = '';
  child.stderr.on('data', (text) => {
    errors += text;
  });
  const output = createInterface(child.stdout);
  const listening = new Promise<number>((resolve) => {
    output.on('line', (text) => {
      const line = JSON.parse(text) as LogLine;
      lines.push(line);
      if (typeof line.port === 'number') resolve(line.port);
    });
  });
  const port = await Promise.race([
    listening,
    exited.then(({ code }): never => {
      throw new Error(`the server ended with ${code} instead of starting: ${errors}`);
    }),
  ]);
  const proc = (name: string) => readFile(`/proc/${pid}/${name}`, 'utf8');

  return {
    root,
    audioDir,
    metadataDir: records,
    pid,
    port,
    url: `http://127.0.0.1:${port}`,
    lines,
    /** What it wrote to its standard error, which should be nothing. */
    errors: () => errors,
    /** Resolves when it has ended, by whom ever. */
    exited,
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    signal: (signal: NodeJS.Signals) => void child.kill(signal),
    /** Ends it with a signal. */
    end: (signal: NodeJS.Signals = 'SIGTERM') => {
      child.kill(signal);
      return exited;
    },
    request: (path: string, options: Parameters<typeof rawRequest>[2] = {}) =>
      rawRequest(port, path, options),
    stats: async (name: string): Promise<Stats> =>
      JSON.parse((await rawRequest(port, `/stats/${name}`)).body.toString()),
    tracks: async (): Promise<string[]> =>
      JSON.parse((await rawRequest(port, '/tracks')).body.toString()).map(
        (track: { filename: string }) => track.filename,
      ),
    health: async () => {
      const { status, body } = await rawRequest(port, '/healthz');
      return { status, error: String(JSON.parse(body.toString()).error ?? '') };
    },
    /** A file of the audio folder, as it is on the disk. */
    audio: (name: string) => readFile(join(audioDir, name)),
    /** A metadata file, as it is on the disk. */
    record: async (name: string): Promise<TrackRecord> =>
      JSON.parse(await readFile(join(records, name), 'utf8')),
    /** What its open handles lead to. */
    handles: async (): Promise<string[]> => {
      const numbers = await readdir(`/proc/${pid}/fd`);
      const targets = numbers.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => ''));
      return (await Promise.all(targets)).filter((target) => target !== '');
    },
    /** Megabytes of memory that it holds. */
    memoryMb: async () => Number(/^VmRSS:\s+(\d+) kB/m.exec(await proc('status'))?.[1]) / 1024,
    /** Bytes that it has read from files, pipes and sockets so far. */
    bytesRead: async () => Number(/^rchar: (\d+)/m.exec(await proc('io'))?.[1]),
  };
}
