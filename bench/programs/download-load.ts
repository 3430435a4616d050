/** Downloads as fast as it can, like a page that fetches a track with XHR: no `Range`. */
import { answer } from '../support/answer.ts';
import { get } from '../support/get.ts';

export interface DownloadJob {
  readonly port: number;
  /** One download each, in this order. */
  readonly paths: readonly string[];
  /** Downloads that are under way at any moment. */
  readonly atOnce: number;
  /** Leave after so many bytes. */
  readonly leaveAfterBytes?: number;
}

export interface DownloadResult {
  /** From the first connection to the last byte. */
  readonly ms: number;
  /** Bytes of bodies. */
  readonly bytes: number;
}

answer(async ({ port, paths, atOnce, leaveAfterBytes = Infinity }: DownloadJob) => {
  let bytes = 0;
  const waiting = [...paths];
  const downloadOnAndOn = async () => {
    for (let path = waiting.shift(); path !== undefined; path = waiting.shift()) {
      const reader = await get({
        port,
        path,
        onBytes: ({ bodyBytes }, socket) => {
          if (bodyBytes >= leaveAfterBytes) socket.destroy();
        },
      });
      const hasLeft = reader.bodyBytes >= leaveAfterBytes;
      if (reader.status !== 200 || !(reader.isComplete || hasLeft)) {
        throw new Error(`${path}: status ${reader.status}, ${reader.bodyBytes} bytes`);
      }
      bytes += reader.bodyBytes;
    }
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: atOnce }, downloadOnAndOn));
  return { ms: performance.now() - began, bytes } satisfies DownloadResult;
});
