import { resolve } from 'node:path';
import express, { type RequestHandler, type Router } from 'express';

/**
 * Serves the built page: hashed files for a year, index.html never from a cache, and index.html for every address that a
 * browser asks for as a page.
 * @param config what the page needs to know before it can sign in; served as /config.json
 * @param connectTo other origins the page talks to: the sign-in issuer
 */
export function servePage(webRoot: string, config: Record<string, unknown>, connectTo: readonly string[]): Router {
  const router = express.Router();
  router.use(secure(connectTo));
  router.get('/config.json', (_request, response) => void response.set('cache-control', 'no-cache').json(config));
  router.use('/assets', express.static(resolve(webRoot, 'assets'), { immutable: true, maxAge: '1y', index: false }));
  router.use(express.static(webRoot, { index: false, dotfiles: 'ignore' }));
  router.get('/{*page}', (request, response, next) => {
    if (!request.accepts('html')) return next();
    response.set('cache-control', 'no-cache').sendFile(resolve(webRoot, 'index.html'));
  });
  return router;
}

function secure(connectTo: readonly string[]): RequestHandler {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src ${["'self'", ...connectTo].join(' ')}`,
    "manifest-src 'self'",
    "base-uri 'none'",
    `form-action ${["'self'", ...connectTo].join(' ')}`,
    "frame-ancestors 'none'",
  ].join('; ');
  return (_request, response, next) => {
    response.set({
      'content-security-policy': policy,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
    });
    next();
  };
}
