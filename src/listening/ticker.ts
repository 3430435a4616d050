// Twice as fine as anyone could hear a play to be late; one timer serves all listeners.
const TICK_MS = 100;

interface Waiter {
  readonly isReady: () => boolean;
  readonly resolve: () => void;
}

/** One timer for all that has to happen as time goes by. */
export class Ticker {
  readonly #onTick: () => void;
  #waiters: Waiter[] = [];
  readonly #timer: NodeJS.Timeout;

  /** @param onTick called at every tick */
  constructor(onTick: () => void) {
    this.#onTick = onTick;
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  /** Resolves once `isReady` says so: at once, or at the first tick at which it does. */
  until(isReady: () => boolean): Promise<void> | undefined {
    if (isReady()) return undefined;
    return new Promise((resolve) => this.#waiters.push({ isReady, resolve }));
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    this.#onTick();
    const waiting: Waiter[] = [];
    for (const waiter of this.#waiters) {
      if (waiter.isReady()) waiter.resolve();
      else waiting.push(waiter);
    }
    this.#waiters = waiting;
  }
}
