import express, { type RequestHandler, type Router } from 'express';
import sirv from 'sirv';

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
  // `single`: index.html for every address of a page; `br` and `gz` copies lie beside the files of the build
  const serve = sirv(webRoot, {
    single: true,
    brotli: true,
    gzip: true,
    dotfiles: false,
    setHeaders: (response, path) => {
      response.setHeader(
        'cache-control',
        path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
      );
    },
  });
  router.use((request, response, next) => {
    if (request.method === 'GET' || request.method === 'HEAD') serve(request, response, next);
    else next();
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
