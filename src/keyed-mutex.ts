import { E_TIMEOUT, Mutex, withTimeout } from 'async-mutex';

/** A lock was not free in time; what it protects is as it was. */
export class LockTimeoutError extends Error {
  override readonly name = 'LockTimeoutError';
}

/** Mutual exclusion for each key on its own, first come, first served. */
export class KeyedMutex<Key> {
  readonly #mutexes = new Map<Key, { mutex: Mutex; users: number }>();
  readonly #timeoutMs: number;

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  /** Keys that somebody holds or waits for; the others cost no memory. */
  get size(): number {
    return this.#mutexes.size;
  }

  /** Whether somebody holds `key`. */
  isLocked(key: Key): boolean {
    return this.#mutexes.has(key);
  }

  /**
   * Runs `task` while nobody else runs one under `key`.
   * @throws LockTimeoutError if the key was held for longer than the timeout; `task` did not run.
   */
  async runExclusive<Result>(key: Key, task: () => Promise<Result>): Promise<Result> {
    const entry = this.#mutexes.get(key) ?? { mutex: new Mutex(), users: 0 };
    this.#mutexes.set(key, entry);
    entry.users++;
    try {
      const release = await this.#acquire(key, entry.mutex);
      try {
        return await task();
      } finally {
        release();
      }
    } finally {
      entry.users--;
      if (entry.users === 0) this.#mutexes.delete(key);
    }
  }

  /**
   * Runs `task` while nobody else runs one under any of `keys`. Whoever takes several must take
   * them in the same order.
   * @throws LockTimeoutError
   */
  runExclusiveAll<Result>(keys: readonly Key[], task: () => Promise<Result>): Promise<Result> {
    const [first, ...others] = keys;
    if (first === undefined) return task();
    return this.runExclusive(first, () => this.runExclusiveAll(others, task));
  }

  async #acquire(key: Key, mutex: Mutex): Promise<() => void> {
    // Nearly every time: a free one needs no timer.
    if (!mutex.isLocked()) return mutex.acquire();
    try {
      return await withTimeout(mutex, this.#timeoutMs).acquire();
    } catch (error) {
      if (error !== E_TIMEOUT) throw error;
      throw new LockTimeoutError(`${String(key)} was locked for ${this.#timeoutMs} ms`);
    }
  }
}
