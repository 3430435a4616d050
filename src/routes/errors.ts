import type { ErrorRequestHandler, RequestHandler } from 'express';
import type { Logger } from 'pino';
import { HttpError } from '../http/http-error.ts';

/** Answers methods that a route doesn't have (RFC 9110, 15.5.6). */
export function methodNotAllowed(...allowed: string[]): RequestHandler {
  const allow = allowed.join(', ');
  return (request) => {
    throw new HttpError(405, `${request.method} is not possible here, only ${allow}.`, {
      Allow: allow,
    });
  };
}

export const notFound: RequestHandler = () => {
  throw new HttpError(
    404,
    'There is nothing here. Try /tracks, /stats/FILENAME, /stream/FILENAME or /healthz.',
  );
};

/** Answers every error with `{"error": …}`; what isn't the client's fault is logged. */
export function answerErrors(log: Logger): ErrorRequestHandler {
  return (error, request, response, _next) => {
    const { status, message, headers } = asHttpError(error);
    if (!(error instanceof HttpError) && status >= 500) {
      log.error({ err: error, method: request.method, url: request.url }, 'a request failed');
    }
    if (response.headersSent) {
      response.destroy();
      return;
    }
    // A 404 may be cached unless this is said (RFC 9110, 15.1), and a track may come back.
    response.set('Cache-Control', 'no-store');
    response.status(status).set(headers).json({ error: message });
  };
}

function asHttpError(error: unknown): HttpError {
  if (error instanceof HttpError) return error;
  // The router's own, for a path whose percent-encoding is broken.
  if (error instanceof URIError) {
    return new HttpError(400, 'The address is not well-formed: check its percent-encoding.');
  }
  return new HttpError(500, 'Something went wrong on the server. Tell whoever runs it.');
}
