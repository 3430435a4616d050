import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import express, { type Express } from 'express';

const ROOT = join(import.meta.dirname, '../../..');

/** A web site of somebody else's. */
export interface Site {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves a site from another port, and by another name, than the audio comes from, so that it is a
 * foreign site to the audio server in every sense that browsers know.
 */
export async function startSite(furnish: (app: Express) => void | Promise<void>): Promise<Site> {
  const app = express();
  app.get('/listener.js', (_request, response) => {
    response.sendFile(join(import.meta.dirname, 'listener.js'));
  });
  await furnish(app);
  const server = createServer(app).listen(0, 'localhost');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://localhost:${port}/`,
    close: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** A page that a test can listen to with `listener`, from the moment its last script has run. */
export function page(body: string): string {
  return `<!doctype html>
<html lang="en">
  <meta charset="utf-8">
  <title>A page with sound</title>
  <link rel="icon" href="data:,">
  <script src="/listener.js"></script>
  ${body}
</html>
`;
}

/** @param attributes of the tag, besides its source */
export function plainTag(source: string, attributes: string): string {
  return page(`<audio controls ${attributes} src="${source}"></audio>
  <script>listenTo(document.querySelector('audio'))</script>`);
}

/** Where a file of an installed package is. */
export function packageFile(path: string): string {
  return join(ROOT, 'node_modules', path);
}
