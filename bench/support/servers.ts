import type { Vitals } from '../programs/probe.ts';
import { Child } from './child.ts';
import { type Folders, program, SERVER } from './places.ts';
import { memoryOf, resetPeak } from './proc.ts';

/** A server in a process of its own. */
export class BenchServer {
  readonly port: number;
  /** From the start of the process until it said that it listens. */
  readonly startMs: number;
  readonly #child: Child;

  private constructor(child: Child, port: number, startMs: number) {
    this.#child = child;
    this.port = port;
    this.startMs = startMs;
  }

  static async start(
    script: string,
    args: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
  ): Promise<BenchServer> {
    const began = performance.now();
    // `--cpu-prof` for instance; and the options of `npm start`.
    const extra = process.env.BENCH_NODE_OPTIONS?.split(' ') ?? [];
    const nodeOptions = ['--enable-source-maps', '--import', program('probe.js'), ...extra];
    const child = new Child(script, { args, env, nodeOptions });
    const port = await child.port();
    return new BenchServer(child, port, performance.now() - began);
  }

  vitals(): Promise<Vitals> {
    return this.#child.ask('vitals');
  }

  memory(): ReturnType<typeof memoryOf> {
    return memoryOf(this.#child.pid);
  }

  resetPeak(): Promise<void> {
    return resetPeak(this.#child.pid);
  }

  end(): Promise<void> {
    return this.#child.end();
  }
}

/** The server that is measured, with its settings as they are when nothing is set. */
export function startOurs({ audioDir, metadataDir }: Folders): Promise<BenchServer> {
  return BenchServer.start(SERVER, [], {
    HOST: '127.0.0.1',
    PORT: '0',
    AUDIO_DIR: audioDir,
    METADATA_DIR: metadataDir,
  });
}

/** `express.static` on the same folder. */
export function startStatic({ audioDir }: Folders): Promise<BenchServer> {
  return BenchServer.start(program('static-server.js'), [audioDir]);
}
