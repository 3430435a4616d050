import type { ServerResponse } from 'node:http';

/** The listener's connection closed before everything was sent. */
export class ListenerLeftError extends Error {
  override readonly name = 'ListenerLeftError';
}

/** A response as something that takes bytes one run at a time and says when it has. */
export class ResponseSink {
  readonly #response: ServerResponse;
  #isClosed: boolean;
  #rejectWrite: ((error: Error) => void) | undefined;

  constructor(response: ServerResponse) {
    this.#response = response;
    this.#isClosed = response.closed || response.destroyed;
    response.once('close', () => {
      this.#isClosed = true;
      // A response forgets the callbacks of writes that its socket died under.
      this.#rejectWrite?.(new ListenerLeftError());
    });
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /**
   * Resolves when the connection has taken all of `bytes`, so that a slow listener costs no more
   * memory than that.
   * @throws ListenerLeftError
   */
  write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.isClosed) {
        reject(new ListenerLeftError());
        return;
      }
      this.#rejectWrite = reject;
      this.#response.write(bytes, (error) => {
        if (error) reject(new ListenerLeftError());
        else resolve();
      });
    });
  }
}
