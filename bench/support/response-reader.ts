const CRLF_BYTES = 2;
const LINE_FEED = 10;

/**
 * Counts the bytes of a response's body exactly, without copying or keeping them: of the load's own
 * time, nothing may be left out of what the servers are measured by.
 */
export class ResponseReader {
  status = 0;
  bodyBytes = 0;
  isComplete = false;
  #head = '';
  #isChunked = false;
  /** Bytes until the end of the body, or of a chunk and its line end. */
  #left = 0;
  /** The line that says how long the next chunk is, as far as it is here; undefined in a chunk. */
  #sizeLine: string | undefined;

  push(bytes: Buffer): void {
    const from = this.status === 0 ? this.#readHead(bytes) : 0;
    if (this.status === 0) return;
    if (this.#isChunked) this.#readChunks(bytes, from);
    else this.#readPlain(bytes.length - from);
  }

  /** Returns where the body begins. */
  #readHead(bytes: Buffer): number {
    const before = this.#head.length;
    this.#head += bytes.toString('latin1');
    const end = this.#head.indexOf('\r\n\r\n');
    if (end === -1) return 0;
    const head = this.#head.slice(0, end);
    this.status = Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1]);
    this.#isChunked = /^transfer-encoding: chunked$/im.test(head);
    this.#left = Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? 0);
    if (this.#isChunked) this.#sizeLine = '';
    this.#head = '';
    return end + 4 - before;
  }

  #readPlain(length: number): void {
    this.bodyBytes += length;
    this.#left -= length;
    if (this.#left < 0) throw new Error('more bytes came than Content-Length says');
    this.isComplete = this.#left === 0;
  }

  #readChunks(bytes: Buffer, from: number): void {
    for (let at = from; at < bytes.length && !this.isComplete; ) {
      at = this.#sizeLine === undefined ? this.#readChunk(bytes, at) : this.#readSize(bytes, at);
    }
  }

  #readSize(bytes: Buffer, at: number): number {
    const end = bytes.indexOf(LINE_FEED, at);
    this.#sizeLine += bytes.toString('latin1', at, end === -1 ? bytes.length : end);
    if (end === -1) return bytes.length;
    const size = Number.parseInt(this.#sizeLine ?? '', 16);
    if (!(size >= 0)) throw new Error(`not a chunk's size: ${this.#sizeLine}`);
    this.isComplete = size === 0;
    this.bodyBytes += size;
    this.#left = size + CRLF_BYTES;
    this.#sizeLine = undefined;
    return end + 1;
  }

  #readChunk(bytes: Buffer, at: number): number {
    const length = Math.min(this.#left, bytes.length - at);
    this.#left -= length;
    if (this.#left === 0) this.#sizeLine = '';
    return at + length;
  }
}
