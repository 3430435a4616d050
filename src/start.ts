import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import type { Logger } from 'pino';
import { createApp } from './app.ts';
import type { Config } from './config.ts';
import { Custody } from './custody.ts';
import { Health } from './health.ts';
import { Library } from './library/library.ts';
import { StreamLimits } from './streaming/stream-limits.ts';
import { Streams } from './streaming/streams.ts';

/** A server that answers. */
export interface RunningServer {
  readonly port: number;
  /** Takes no more streams, ends those there are, and writes what was heard. */
  close(): Promise<void>;
}

// A crowd that comes at once must not be turned away before the server can look at it.
const BACKLOG = 4096;

/**
 * Starts the server. It accepts connections at once, so that `/healthz` can say how things are;
 * requests for tracks wait until the library is loaded.
 * @param onLockLost called when another process may have begun to write: this one must end at once
 * @returns when tracks are served
 * @throws if the port is taken or a folder can't be used
 */
export async function startServer(
  config: Config,
  log: Logger,
  onLockLost: (error: Error) => void,
): Promise<RunningServer> {
  const began = performance.now();
  const library = new Library();
  const health = new Health();
  const limits = new StreamLimits(config);
  const pace = { leadSeconds: config.streamLeadSeconds, rate: config.streamRate };
  const streams = new Streams({ pace, limits, log });
  const custody = new Custody({ config, log, library, health, onLost: onLockLost });
  health.set('start', 'The server is starting.');
  const http = createServer();
  const ready = once(http, 'listening').then(() => custody.begin());
  http.on(
    'request',
    createApp({
      library,
      health,
      log,
      streams,
      limits,
      ready,
      corsOrigin: config.corsOrigin,
      trustProxy: config.trustProxy,
    }),
  );
  const close = async () => {
    health.set('stop', 'The server is stopping.');
    const stopped = streams.stop();
    http.close();
    http.closeAllConnections();
    await stopped;
    await custody.end();
  };
  http.listen({ port: config.port, host: config.host, backlog: BACKLOG });
  try {
    await ready;
  } catch (error) {
    await close();
    throw error;
  }
  health.set('start', undefined);

  const { port, address } = http.address() as AddressInfo;
  const audioDir = resolve(config.audioDir);
  const metadataDir = resolve(config.metadataDir);
  const tracks = library.tracks.length;
  log.info(
    { tracks, audioDir, metadataDir, port, address, ms: Math.round(performance.now() - began) },
    `serving ${tracks} ${tracks === 1 ? 'track' : 'tracks'} of ${audioDir} on port ${port}`,
  );
  return { port, close };
}
