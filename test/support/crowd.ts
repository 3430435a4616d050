import { type IncomingMessage, request } from 'node:http';

export interface Crowd {
  /** When each download that was complete had ended, in ms of `performance.now()`. */
  readonly finished: readonly number[];
  /** Downloads that were asked for. */
  readonly asked: () => number;
  /** Resolves when so many downloads are complete. */
  until(downloads: number): Promise<void>;
  /** Asks for nothing more, and waits for what is under way. */
  leave(): Promise<void>;
}

/**
 * Listeners who download a path over and over, until they leave or the server is gone.
 * @param onBody looks at every complete body; what it throws is thrown by `leave`
 */
export function crowd(
  port: number,
  path: string,
  listeners: number,
  onBody: (body: Buffer) => void = () => {},
): Crowd {
  const finished: number[] = [];
  const waiting: { downloads: number; resolve: () => void }[] = [];
  let asked = 0;
  let hasLeft = false;
  let failure: unknown;
  const listen = async () => {
    while (!hasLeft) {
      asked++;
      const body = await download(port, path);
      if (body === undefined) return;
      finished.push(performance.now());
      for (const { downloads, resolve } of waiting) if (finished.length >= downloads) resolve();
      try {
        onBody(body);
      } catch (error) {
        failure ??= error;
        return;
      }
    }
  };
  const all = Promise.all(Array.from({ length: listeners }, listen));
  return {
    finished,
    asked: () => asked,
    until: (downloads) =>
      new Promise((resolve) => {
        if (finished.length >= downloads) resolve();
        else waiting.push({ downloads, resolve });
      }),
    leave: async () => {
      hasLeft = true;
      await all;
      if (failure !== undefined) throw failure;
    },
  };
}

/** All of a body; undefined where the connection broke before its end. */
function download(port: number, path: string): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const gone = () => resolve(undefined);
    request({ host: '127.0.0.1', port, path, agent: false }, (response: IncomingMessage) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', gone);
      response.on('close', () => resolve(response.complete ? Buffer.concat(chunks) : undefined));
    })
      .on('error', gone)
      .end();
  });
}
