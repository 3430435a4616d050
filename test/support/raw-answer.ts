import { connect } from 'node:net';

/**
 * Sends bytes as they are and reads what comes back until the connection ends.
 * @returns the status of the answer, 0 where there is none, and all of it as text
 */
export function rawAnswer(
  port: number,
  bytes: Uint8Array | string,
): Promise<{ status: number; text: string }> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = connect({ host: '127.0.0.1', port });
    socket.on('data', (data) => chunks.push(data));
    socket.on('error', () => {});
    socket.on('close', () => {
      const text = Buffer.concat(chunks).toString('latin1');
      resolve({ status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0), text });
    });
    socket.write(bytes);
  });
}

/** A request whose path and headers are sent as they are. */
export function requestText(path: string, headers: readonly string[] = []): string {
  return `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${headers.map((line) => `${line}\r\n`).join('')}\r\n`;
}
