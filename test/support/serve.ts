import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { startServer } from '../../src/start.ts';
import { rawRequest } from './raw-request.ts';
import { tempFolder } from './temp-folder.ts';

/** A line of the server's log. */
export interface LogLine {
  readonly level: number;
  readonly msg: string;
  readonly [field: string]: unknown;
}

export interface ServeOptions {
  /** Content of the audio folder, by file name. */
  readonly files?: Readonly<Record<string, Uint8Array>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Where the two folders are; a temporary one if none is given. */
  readonly folder?: string;
}

/** Starts a real server on a port and folders of its own; it ends with the test. */
export async function serve({ files = {}, env = {}, folder }: ServeOptions = {}) {
  const root = folder ?? (await tempFolder());
  const audioDir = join(root, 'audio');
  const metadataDir = join(root, 'metadata');
  await mkdir(audioDir, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(audioDir, name), content);
  }
  const lines: LogLine[] = [];
  const log = pino({ level: 'info' }, { write: (line) => void lines.push(JSON.parse(line)) });
  const config = readConfig({
    PORT: '0',
    HOST: '127.0.0.1',
    AUDIO_DIR: audioDir,
    METADATA_DIR: metadataDir,
    ...env,
  });
  const server = await startServer(config, log, (error) => {
    throw error;
  });
  let closing: Promise<void> | undefined;
  const close = () => (closing ??= server.close());
  onTestFinished(close);
  return {
    root,
    audioDir,
    metadataDir,
    lines,
    port: server.port,
    url: `http://127.0.0.1:${server.port}`,
    close,
    request: (path: string, options: Parameters<typeof rawRequest>[2] = {}) =>
      rawRequest(server.port, path, options),
    audio: (name: string) => readFile(join(audioDir, name)),
    json: async (path: string) => JSON.parse((await rawRequest(server.port, path)).body.toString()),
  };
}
