import cors from 'cors';
import express, { type Express } from 'express';
import type { Health } from './health.ts';
import { answerErrors, methodNotAllowed, notFound } from './routes/errors.ts';
import { getHealth } from './routes/healthz.ts';
import { getStats } from './routes/stats.ts';
import { getStream, headStream, type StreamContext } from './routes/stream.ts';
import { getTracks } from './routes/tracks.ts';

export interface AppContext extends StreamContext {
  readonly health: Health;
  readonly corsOrigin: '*' | string[];
  /** Proxies in front of the server: so many entries of X-Forwarded-For are believed. */
  readonly trustProxy: number;
  /** Resolves when the library is loaded; requests for tracks wait for it. */
  readonly ready: Promise<void>;
}

/** The HTTP interface, with everything it works on handed in. */
export function createApp(context: AppContext): Express {
  const { library, health, ready, log } = context;
  const app = express();
  app.disable('x-powered-by').disable('etag').set('trust proxy', context.trustProxy);
  app.use(
    cors({
      origin: context.corsOrigin,
      methods: ['GET', 'HEAD'],
      exposedHeaders: ['Content-Range', 'Accept-Ranges', 'Content-Length'],
    }),
  );
  app.route('/healthz').get(getHealth(health)).all(methodNotAllowed('GET', 'HEAD'));
  app.use(async (_request, _response, next) => {
    await ready;
    next();
  });
  app.route('/tracks').get(getTracks(library)).all(methodNotAllowed('GET', 'HEAD'));
  app.route('/stats/:filename').get(getStats(library)).all(methodNotAllowed('GET', 'HEAD'));
  app
    .route('/stream/:filename')
    .head(headStream(context))
    .get(getStream(context))
    .all(methodNotAllowed('GET', 'HEAD'));
  app.use(notFound);
  app.use(answerErrors(log));
  return app;
}
