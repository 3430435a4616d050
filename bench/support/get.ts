import { connect, type Socket } from 'node:net';
import { ResponseReader } from './response-reader.ts';

export interface GetOptions {
  readonly port: number;
  readonly path: string;
  readonly headers?: readonly string[];
  /** The address to come from. */
  readonly localAddress?: string;
  /** Called with what is known when bytes have arrived. Destroy the socket to leave. */
  readonly onBytes?: (reader: ResponseReader, socket: Socket) => void;
}

// One for all: what arrives is counted at once, and not kept.
const buffer = Buffer.alloc(256 * 1024);

/**
 * Our load: one request on a raw socket of its own. Resolves when the connection has closed.
 * @throws if it broke
 */
export function get({ port, path, headers = [], localAddress, onBytes }: GetOptions) {
  const reader = new ResponseReader();
  return new Promise<ResponseReader>((resolve, reject) => {
    const socket = connect({
      host: '127.0.0.1',
      port,
      ...(localAddress !== undefined && { localAddress }),
      onread: {
        buffer,
        callback: (length, bytes) => {
          try {
            reader.push((bytes as Buffer).subarray(0, length));
            onBytes?.(reader, socket);
            if (reader.isComplete) socket.destroy();
          } catch (error) {
            socket.destroy(error as Error);
          }
          return true;
        },
      },
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(reader));
    const lines = [`GET ${path} HTTP/1.1`, 'Host: 127.0.0.1', 'Connection: close', ...headers];
    socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  });
}
