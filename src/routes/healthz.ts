import type { RequestHandler } from 'express';
import type { Health } from '../health.ts';

/** `GET /healthz`: 200 while plays are counted and wear the tracks, else 503 with the reasons. */
export function getHealth(health: Health): RequestHandler {
  return (_request, response) => {
    const { reasons } = health;
    response.set('Cache-Control', 'no-store');
    if (reasons.length === 0) response.json({ status: 'ok' });
    else response.status(503).json({ status: 'unavailable', error: reasons.join(' ') });
  };
}
