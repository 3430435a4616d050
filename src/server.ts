import { existsSync } from 'node:fs';
import { loadEnvFile } from 'node:process';
import closeWithGrace from 'close-with-grace';
import { pino } from 'pino';
import { readConfig } from './config.ts';
import { startServer } from './start.ts';

const SHUTDOWN_MS = 9_000;

try {
  await main();
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exit(1);
}

async function main(): Promise<void> {
  if (existsSync('.env')) loadEnvFile('.env');
  const config = readConfig(process.env);
  const log = pino({ level: config.logLevel });
  // What is not on the disk by now, another process has to go on from.
  const onLockLost = (error: Error) => {
    log.fatal({ err: error }, 'the lock on the folders was lost: another process may have it');
    process.exit(1);
  };
  const server = await startServer(config, log, onLockLost);
  closeWithGrace({ delay: SHUTDOWN_MS, logger: log }, async ({ err, signal }) => {
    if (err) log.fatal({ err }, 'ending after an unexpected error');
    else log.info({ signal }, 'stopping');
    await server.close();
    log.info('stopped');
  });
}
