/**
 * Buffers that are used again and again. With new ones for all that is read the garbage collector
 * took a third of the processor at 2,000 listeners.
 */
export class BufferPool {
  readonly #size: number;
  readonly #maxSpare: number;
  readonly #spare: Buffer[] = [];

  /**
   * @param size bytes of each buffer
   * @param maxSpare so many are kept while nobody uses them
   */
  constructor(size: number, maxSpare: number) {
    this.#size = size;
    this.#maxSpare = maxSpare;
  }

  /** A buffer with anything in it. One that is never given back is garbage like any other. */
  take(): Buffer {
    return this.#spare.pop() ?? Buffer.allocUnsafeSlow(this.#size);
  }

  /** Nobody may use it afterwards. */
  giveBack(buffer: Buffer): void {
    if (this.#spare.length < this.#maxSpare) this.#spare.push(buffer);
  }
}
