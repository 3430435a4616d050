import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Answer } from './answer.ts';

export interface ChildOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Options of Node itself. */
  readonly nodeOptions?: readonly string[];
  readonly args?: readonly string[];
}

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** A process of the bench: it can be asked things, and ends by its own id. */
export class Child {
  readonly #process: ChildProcess;
  readonly #questions = new Map<number, (answer: Answer) => void>();
  readonly #exited: Promise<unknown>;
  #lastId = 0;

  constructor(script: string, { env = {}, nodeOptions = [], args = [] }: ChildOptions = {}) {
    this.#process = fork(script, args, {
      env: { PATH: process.env.PATH, NODE_ENV: 'production', ...env },
      execArgv: [...nodeOptions],
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    const child = this.#process;
    running.add(child);
    this.#exited = once(child, 'exit').then(() => running.delete(child));
    child.on('message', (answer: Answer) => this.#questions.get(answer.id)?.(answer));
  }

  get pid(): number {
    const { pid } = this.#process;
    if (pid === undefined) throw new Error('the process did not start');
    return pid;
  }

  /** Resolves with the port that a line of JSON on its standard output names. */
  async port(): Promise<number> {
    const { stdout } = this.#process;
    if (stdout === null) throw new Error('unreachable: stdout is a pipe');
    // Read to the end, so that the process never waits for us.
    const lines = createInterface(stdout);
    const found = new Promise<number>((resolve) => {
      lines.on('line', (line) => {
        const { port } = JSON.parse(line);
        if (typeof port === 'number') resolve(port);
      });
    });
    const ended = this.#exited.then((): never => {
      throw new Error('the process ended before it listened');
    });
    return Promise.race([found, ended]);
  }

  async ask<Result>(job: unknown): Promise<Result> {
    const id = ++this.#lastId;
    const answered = new Promise<Answer>((resolve) => this.#questions.set(id, resolve));
    this.#process.send({ id, job });
    const ended = this.#exited.then((): Answer => ({ id, error: 'the process ended' }));
    const { result, error } = await Promise.race([answered, ended]);
    this.#questions.delete(id);
    if (error !== undefined) throw new Error(error);
    return result as Result;
  }

  async end(): Promise<void> {
    this.#process.kill('SIGTERM');
    await this.#exited;
  }
}
