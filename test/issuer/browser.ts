import { createHash, randomBytes } from 'node:crypto';
import { createRemoteJWKSet, jwtVerify } from 'jose';

/** The redirect URI the application below uses. Nothing needs to answer there: a browser stops at its door. */
export const callback = 'http://app.example:4000/callback';

/** A browser as far as sign-in goes: keeps cookies by path, follows redirects until they leave the issuer. */
export class Browser {
  private readonly cookies = new Map<string, { value: string; path: string }>();

  async go(url: string | URL, init: RequestInit = {}): Promise<{ response: Response; url: URL; html: string }> {
    const at = new URL(url);
    const cookie = [...this.cookies]
      .filter(([, { path }]) => at.pathname === path || at.pathname.startsWith(path.endsWith('/') ? path : `${path}/`))
      .map(([name, { value }]) => `${name.slice(name.indexOf(' ') + 1)}=${value}`)
      .join('; ');
    const response = await fetch(at, {
      ...init,
      redirect: 'manual',
      headers: { accept: 'text/html', ...init.headers, cookie },
    });
    for (const line of response.headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split('; ');
      const path = attributes.find((each) => each.startsWith('path='))?.slice(5) ?? '/';
      const name = pair.slice(0, pair.indexOf('='));
      const value = pair.slice(name.length + 1);
      if (value) this.cookies.set(`${path} ${name}`, { value, path });
      else this.cookies.delete(`${path} ${name}`);
    }
    const location = response.headers.get('location');
    if (!location) return { response, url: at, html: await response.text() };
    const next = new URL(location, at);
    return next.origin === at.origin ? this.go(next) : { response, url: next, html: '' };
  }

  /** Submits the form whose button says `label`, as a browser without scripts does. */
  press(page: { html: string; url: URL }, label: string) {
    const button = new RegExp(`<button([^>]*)>${label}</button>`).exec(page.html);
    const owner = button && / form="([^"]*)"/.exec(button[1]!)?.[1];
    const form = (page.html.match(/<form[\s\S]*?<\/form>/g) ?? []).find((each) =>
      each.includes(owner ? `id="${owner}"` : `>${label}</button>`),
    );
    if (!button || !form) throw new Error(`no button says ${label}: ${page.html}`);
    const body = new URLSearchParams();
    for (const field of [...(form.match(/<input[^>]*>/g) ?? []), button[0]]) {
      const name = / name="([^"]*)"/.exec(field)?.[1];
      if (name) body.set(name, / value="([^"]*)"/.exec(field)?.[1] ?? '');
    }
    return this.go(new URL(/ action="([^"]*)"/.exec(form)![1]!, page.url), { method: 'POST', body });
  }
}

export interface Metadata {
  issuer: string;
  authorization_endpoint: string;
  token_endpoint: string;
  jwks_uri: string;
  end_session_endpoint: string;
}

export const discover = async (url: string, headers?: Record<string, string>): Promise<Metadata> =>
  (await fetch(`${url}/.well-known/openid-configuration`, { headers })).json() as Promise<Metadata>;

/** The web application's side of a sign-in: one verifier, and the requests made with it. */
export async function application(url: string, parameters: Record<string, string | undefined> = {}) {
  const metadata = await discover(url);
  const verifier = randomBytes(32).toString('base64url');
  const request = new URL(metadata.authorization_endpoint);
  const all: Record<string, string | undefined> = {
    client_id: 'net4u-web',
    response_type: 'code',
    redirect_uri: callback,
    scope: 'openid',
    state: 'a state',
    nonce: 'a nonce',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...parameters,
  };
  for (const [name, value] of Object.entries(all)) if (value !== undefined) request.searchParams.set(name, value);
  const ask = async (fields: Record<string, string>, headers: Record<string, string> = {}) => {
    const body = new URLSearchParams({ client_id: 'net4u-web', ...fields });
    const response = await fetch(metadata.token_endpoint, { method: 'POST', body, headers });
    const answer = (await response.json()) as Record<string, string>;
    return { status: response.status, headers: response.headers, answer };
  };
  const redeem = (back: URL, headers?: Record<string, string>, code_verifier = verifier) =>
    ask(
      { grant_type: 'authorization_code', code: back.searchParams.get('code')!, redirect_uri: callback, code_verifier },
      headers,
    );
  return { metadata, request, ask, redeem };
}

export async function verify(url: string, token: string) {
  const { jwks_uri } = await discover(url);
  return jwtVerify(token, createRemoteJWKSet(new URL(jwks_uri)), {
    issuer: url,
    audience: 'net4u',
    typ: 'at+jwt',
    algorithms: ['ES256'],
  });
}
