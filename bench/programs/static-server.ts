/** What we are compared with: `express.static` as its documentation shows it. */
import type { AddressInfo } from 'node:net';
import express from 'express';

const [, , folder = '.'] = process.argv;
const app = express();
app.use(express.static(folder));
const server = app.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ port })}\n`);
});
