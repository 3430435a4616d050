import { connect } from 'node:net';

/**
 * A listener who vanishes once so many bytes of the answer, headers and all, have arrived: without
 * a word, as when a train enters a tunnel and the phone's connection is reset later.
 * @returns the bytes that had arrived
 */
export function leaveAfter(
  port: number,
  path: string,
  bytes: number,
  headers: Readonly<Record<string, string>> = {},
): Promise<number> {
  const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return new Promise((resolve) => {
    let taken = 0;
    const socket = connect({ host: '127.0.0.1', port });
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${fields.join('')}\r\n`);
    if (bytes === 0) socket.on('connect', () => socket.resetAndDestroy());
    socket.on('data', (data) => {
      taken += data.length;
      if (taken >= bytes) socket.resetAndDestroy();
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(taken));
  });
}
