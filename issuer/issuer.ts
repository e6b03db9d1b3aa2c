import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { configuration } from './configuration.ts';
import { IssuerError } from './errors.ts';
import { keepKeys } from './keys.ts';
import { contentSecurityPolicy } from './pages.ts';
import { checkPersonas, type Persona } from './persona.ts';
import { signIn } from './sign-in.ts';

export interface IssuerOptions {
  /** Public URL, the `iss` of every token, such as `http://localhost:4000/issuer`. No trailing slash, query or fragment. */
  url: string;
  /** Keys are made once and kept in `<dataDir>/dev/issuer.json`. */
  dataDir: string;
  /** The `aud` of every access token. */
  audience: string;
  personas: readonly Persona[];
  /** Where the web application takes the code, exactly as it will name them. Their origins may call the token endpoint. */
  redirectUris: string[];
  /** Where it may be sent after signing out; the roots of the redirect URIs unless given. */
  postLogoutRedirectUris?: string[];
  /** True is refused: anybody could sign in as anybody. */
  production?: boolean;
}

export interface Issuer {
  url: string;
  /**
   * A listener for node's http, or for express at the URL's path: `app.use('/issuer', issuer.handler)`, before any body parser.
   * It trusts `url` for its own address and no header.
   */
  handler: (req: IncomingMessage, res: ServerResponse) => void;
  /** Forgets every sign-in and answers 503 from then on. Safe to call twice. Access tokens stay good until they expire. */
  stop(): Promise<void>;
}

/**
 * The development OIDC issuer: authorization code + PKCE (S256) for the public client `net4u-web`, ES256 `at+jwt` access tokens of 8 h,
 * sign-in by choosing one of the sample personas.
 * @throws IssuerError PRODUCTION, BAD_OPTION, BAD_FILE
 */
export async function createIssuer(options: IssuerOptions): Promise<Issuer> {
  const { url, dataDir, audience, personas, redirectUris } = options;
  if (options.production) {
    throw new IssuerError(
      'PRODUCTION',
      'the development issuer signs anybody in without a password and does not run in production: set OIDC_ISSUER and OIDC_AUDIENCE',
    );
  }
  const { origin, protocol, host, port, pathname } = checkUrl('url', url);
  if (url.endsWith('/') || url !== `${origin}${pathname === '/' ? '' : pathname}`) {
    throw new IssuerError('BAD_OPTION', `url: ${url} must be an http(s) URL without trailing slash, query or fragment`);
  }
  if (!audience) throw new IssuerError('BAD_OPTION', 'audience: must not be empty');
  checkPersonas(personas);
  if (redirectUris.length === 0) throw new IssuerError('BAD_OPTION', 'redirectUris: at least one is needed');
  const roots = new Set(redirectUris.map((uri) => `${checkUrl('redirectUris', uri).origin}/`));
  const postLogoutRedirectUris = options.postLogoutRedirectUris ?? [...roots];
  for (const uri of postLogoutRedirectUris) roots.add(`${checkUrl('postLogoutRedirectUris', uri).origin}/`);

  const known = personas.map(({ id, subject }) => ({ id, subject }));
  const keys = await keepKeys(dataDir, { issuer: url, audience, personas: known });
  const path = pathname === '/' ? '' : pathname;
  const { Provider } = await load();
  const provider = new Provider(
    url,
    configuration({ path, port, keys, personas, redirectUris, postLogoutRedirectUris }),
  );
  // With proxy on it takes its own address from X-Forwarded-*, which the handler overwrites: a Host header decides nothing.
  provider.proxy = true;
  const policy = contentSecurityPolicy([...roots].map((root) => root.slice(0, -1)));
  provider.use((ctx, next) => {
    ctx.set({
      'content-security-policy': policy,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
    });
    return next();
  });
  provider.use(signIn(provider, personas, path));

  const callback = provider.callback();
  let stopped = false;
  return {
    url,
    handler(req: IncomingMessage & { originalUrl?: string }, res) {
      if (stopped) return end(res, 503);
      if (req.originalUrl === undefined && path) {
        // Not under express: take the path off as express would.
        const asked = req.url ?? '/';
        const rest = asked.slice(path.length);
        if (!asked.startsWith(path) || !/^([/?]|$)/.test(rest)) return end(res, 404);
        req.originalUrl = asked;
        req.url = rest.startsWith('/') ? rest : `/${rest}`;
      }
      req.headers['x-forwarded-proto'] = protocol.slice(0, -1);
      req.headers['x-forwarded-host'] = host;
      void callback(req, res);
    },
    async stop() {
      stopped = true;
    },
  };
}

export interface StartOptions extends Omit<IssuerOptions, 'url'> {
  /** `http://host:port` unless given. */
  url?: string;
  /** 0, the default, takes a free one. */
  port?: number;
  /** 127.0.0.1 unless given. */
  host?: string;
}

/** Serves the issuer alone on a port, as an external issuer would be. @throws as createIssuer, or what listening throws. */
export async function start(options: StartOptions): Promise<{ url: string; stop(): Promise<void> }> {
  const { port = 0, host = '127.0.0.1', ...rest } = options;
  const server = createServer().listen(port, host);
  await once(server, 'listening');
  const name = host.includes(':') ? `[${host}]` : host;
  const url = options.url ?? `http://${name}:${(server.address() as AddressInfo).port}`;
  try {
    const issuer = await createIssuer({ ...rest, url });
    server.on('request', issuer.handler);
    let stopping: Promise<void> | undefined;
    const stop = () => {
      stopping ??= issuer.stop().then(() => close(server));
      return stopping;
    };
    return { url, stop };
  } catch (error) {
    await close(server);
    throw error;
  }
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function end(res: ServerResponse, status: number): void {
  res
    .writeHead(status, { 'content-type': 'text/plain; charset=utf-8' })
    .end(status === 404 ? 'not found\n' : 'stopped\n');
}

function checkUrl(option: string, text: string): URL {
  if (URL.canParse(text)) {
    const url = new URL(text);
    if (/^https?:$/.test(url.protocol) && !url.hash) return url;
  }
  throw new IssuerError('BAD_OPTION', `${option}: ${text} is not an absolute http(s) URL without fragment`);
}

let loading: Promise<typeof import('oidc-provider')> | undefined;

/** oidc-provider says on loading that it wants Node 22. It works on 20, so that one line, and no other, is kept from the log. */
function load() {
  loading ??= (async () => {
    const { warn } = console;
    console.warn = (...line: unknown[]) => {
      if (!String(line[0]).includes('oidc-provider WARNING: Unsupported runtime')) warn.apply(console, line);
    };
    try {
      return await import('oidc-provider');
    } finally {
      console.warn = warn;
    }
  })();
  return loading;
}
