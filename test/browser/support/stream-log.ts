import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { Diary } from './diary.ts';

interface RequestStart {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly socket: Socket;
  readonly server: Server;
}

/** Watches the requests for audio that a server of this process gets. */
export class StreamLog {
  readonly #port: number;
  readonly #diary: Diary;
  readonly #watch = (message: unknown) => this.#begin(message as RequestStart);
  #count = 0;
  #open = 0;

  constructor(port: number, diary: Diary) {
    this.#port = port;
    this.#diary = diary;
    subscribe('http.server.request.start', this.#watch);
  }

  /** Responses that have not ended. */
  get open(): number {
    return this.#open;
  }

  close(): void {
    unsubscribe('http.server.request.start', this.#watch);
  }

  #begin({ request, response, socket, server }: RequestStart): void {
    if ((server.address() as AddressInfo | null)?.port !== this.#port) return;
    if (!request.url?.startsWith('/stream/')) return;
    const who = `request ${++this.#count}`;
    const bytesBefore = socket.bytesWritten;
    const { range = 'none', connection } = request.headers;
    const dest = request.headers['sec-fetch-dest'] ?? 'none';
    this.#open++;
    this.#diary.note(
      who,
      `${request.method} ${request.url} from port ${socket.remotePort}, Range ${range}, ` +
        `Sec-Fetch-Dest ${dest}, Connection ${connection}`,
    );
    response.once('close', () => {
      this.#open--;
      const range = response.getHeader('content-range') ?? 'all';
      const bytes = (socket.bytesWritten - bytesBefore).toLocaleString('en');
      const end = response.writableFinished ? 'ended' : 'broken off';
      this.#diary.note(who, `${end}: ${response.statusCode} ${range}, ${bytes} bytes were written`);
    });
  }
}
