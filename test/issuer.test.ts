import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import express from 'express';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { createIssuer, type Issuer, start } from '../issuer/issuer.ts';
import type { Persona } from '../issuer/persona.ts';
import { signToken } from '../issuer/sign.ts';
import { memoryStorage } from '../issuer/storage.ts';
import { application, Browser, callback, discover, verify } from './issuer/browser.ts';

const personas: Persona[] = [
  {
    id: 'americas-editor',
    subject: 'persona:americas-editor',
    label: 'Americas editor',
    description: 'Edits the working plans of the Americas <and> reads the rest.',
    seatId: 'seat:s02',
    organisation: 'Sample & Sons',
    network: 'NET4U Americas',
  },
  { id: 'operator', subject: 'persona:operator', label: 'Operator', description: 'Runs the system; no seat.' },
];
const shared = { audience: 'net4u', personas, redirectUris: [callback] };

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'net4u-issuer-'));
});
afterEach(() => rm(dataDir, { recursive: true }));

/** Serves issuers that are made once their URL is known. */
async function serve(listener: RequestListener, path: string) {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = async () => {
    server.close().closeAllConnections();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, stop };
}

const ways = {
  'alone on a port': () => start({ ...shared, dataDir }),
  async 'under /issuer in express'() {
    const app = express();
    const served = await serve(app, '/issuer');
    app.use('/issuer', (await createIssuer({ ...shared, dataDir, url: served.url })).handler);
    return served;
  },
  async 'below a path without express'() {
    let issuer: Issuer | undefined;
    const served = await serve((req, res) => issuer?.handler(req, res), '/sign/in');
    issuer = await createIssuer({ ...shared, dataDir, url: served.url });
    return served;
  },
};

describe.each(Object.keys(ways) as (keyof typeof ways)[])('%s', (way) => {
  let url: string;
  let stop: () => Promise<void>;
  beforeEach(async () => {
    ({ url, stop } = await ways[way]());
  });
  afterEach(() => stop());

  test('signs a persona in with code and PKCE; the access token verifies against the JWKS', async () => {
    const browser = new Browser();
    const { request, redeem } = await application(url);
    const page = await browser.go(request);
    const { url: back } = await browser.press(page, 'Americas editor');
    expect(`${back.origin}${back.pathname}`).toBe(callback);
    expect(Object.fromEntries(back.searchParams)).toMatchObject({ state: 'a state', iss: url });

    const { status, answer } = await redeem(back);
    expect({ status, type: answer.token_type, life: answer.expires_in }).toEqual({
      status: 200,
      type: 'Bearer',
      life: 28_800,
    });
    const { payload, protectedHeader } = await verify(url, answer.access_token!);
    expect(payload).toMatchObject({ iss: url, aud: 'net4u', sub: 'persona:americas-editor', client_id: 'net4u-web' });
    expect(payload.exp! - payload.iat!).toBe(8 * 3600);
    expect(payload.jti).toBeTruthy();
    expect(protectedHeader.kid).toBeTruthy();
    expect(decodeJwt(answer.id_token!)).toMatchObject({
      iss: url,
      aud: 'net4u-web',
      sub: 'persona:americas-editor',
      name: 'Americas editor',
      nonce: 'a nonce',
    });
    expect(answer.refresh_token).toBeUndefined();
  });

  test('describes itself by its own URL, whatever Host or X-Forwarded-* say', async () => {
    const plain = await discover(url);
    expect(plain.issuer).toBe(url);
    for (const endpoint of [
      plain.authorization_endpoint,
      plain.token_endpoint,
      plain.jwks_uri,
      plain.end_session_endpoint,
    ]) {
      expect(endpoint.startsWith(`${url}/`)).toBe(true);
    }
    const named = await discover(url.replace('127.0.0.1', 'localhost'), {
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
    });
    expect(named).toEqual(plain);
  });

  test('keeps the sign-in for the next request, lets one change persona, and signs out', async () => {
    const browser = new Browser();
    const { request } = await application(url);
    await browser.press(await browser.go(request), 'Americas editor');
    expect((await browser.go(request)).url.searchParams.get('code')).toBeTruthy();

    const again = await application(url, { prompt: 'login' });
    const changing = await browser.press(await browser.go(again.request), 'Operator');
    const changed = await browser.press(changing, 'Continue');
    const { answer } = await again.redeem(changed.url);
    expect(decodeJwt(answer.access_token!).sub).toBe('persona:operator');

    const leave = new URL(again.metadata.end_session_endpoint);
    leave.searchParams.set('id_token_hint', answer.id_token!);
    leave.searchParams.set('post_logout_redirect_uri', 'http://app.example:4000/');
    const left = await browser.press(await browser.go(leave), 'Sign out');
    expect(left.url.href).toBe('http://app.example:4000/');
    expect((await browser.go(request)).html).toContain('Choose who to sign in as');
  });
});

describe('what it refuses', () => {
  let url: string;
  let stop: () => Promise<void>;
  beforeEach(async () => {
    ({ url, stop } = await start({ ...shared, dataDir }));
  });
  afterEach(() => stop());

  test('a wrong verifier, and a code used twice', async () => {
    const browser = new Browser();
    const first = await application(url);
    const { url: back } = await browser.press(await browser.go(first.request), 'Operator');
    const wrong = await first.redeem(back, {}, randomBytes(32).toString('base64url'));
    expect([wrong.status, wrong.answer.error, wrong.answer.access_token]).toEqual([400, 'invalid_grant', undefined]);

    const second = await application(url);
    const { url: fresh } = await browser.go(second.request);
    expect((await second.redeem(fresh)).status).toBe(200);
    expect((await second.redeem(fresh)).answer.error).toBe('invalid_grant');
  });

  test.each([
    ['no PKCE', { code_challenge: undefined, code_challenge_method: undefined }],
    ['plain PKCE', { code_challenge_method: 'plain' }],
  ])('%s', async (_name, parameters) => {
    const { request } = await application(url, parameters);
    const { url: back } = await new Browser().go(request);
    expect(`${back.origin}${back.pathname}`).toBe(callback);
    expect(back.searchParams.get('error')).toBe('invalid_request');
    expect(back.searchParams.get('code')).toBeNull();
  });

  test.each([
    ['an unknown client', { client_id: 'somebody' }, 'invalid_client'],
    ['an unregistered redirect URI', { redirect_uri: 'http://evil.example/' }, 'invalid_redirect_uri'],
  ])('%s, on a page of its own, without redirecting', async (_name, parameters, error) => {
    const { request } = await application(url, parameters);
    const { response, html } = await new Browser().go(request);
    expect(response.status).toBe(400);
    expect(html).toContain(`<code>${error}</code>`);
  });

  test('to sign in a browser that did not begin the sign-in, or as a persona that is not there', async () => {
    const { request } = await application(url);
    const browser = new Browser();
    const page = await browser.go(request);
    const stranger = await new Browser().press(page, 'Operator');
    expect(stranger.response.status).toBe(400);
    expect(stranger.html).toContain('<code>expired</code>');
    const missing = await browser.go(`${page.url.href}/nobody`, { method: 'POST' });
    expect([missing.response.status, missing.html.includes('unknown_persona')]).toEqual([400, true]);
    expect((await browser.press(page, 'Operator')).url.searchParams.get('code')).toBeTruthy();
  });

  test('the token endpoint to pages of other origins', async () => {
    const browser = new Browser();
    const { request, redeem, metadata } = await application(url);
    const { url: back } = await browser.press(await browser.go(request), 'Operator');
    const evil = await redeem(back, { origin: 'http://evil.example' });
    expect([evil.status, evil.headers.get('access-control-allow-origin')]).toEqual([400, null]);
    const { url: fresh } = await browser.go(request);
    const own = await redeem(fresh, { origin: 'http://app.example:4000' });
    expect([own.status, own.headers.get('access-control-allow-origin')]).toEqual([200, 'http://app.example:4000']);
    const preflight = await fetch(metadata.token_endpoint, {
      method: 'OPTIONS',
      headers: { origin: 'http://app.example:4000', 'access-control-request-method': 'POST' },
    });
    expect([preflight.status, preflight.headers.get('access-control-allow-methods')]).toEqual([204, 'POST']);
  });

  test('a refresh token used twice (offline_access with prompt=consent gives one)', async () => {
    const browser = new Browser();
    const { request, redeem, ask } = await application(url, { scope: 'openid offline_access', prompt: 'consent' });
    const { url: back } = await browser.press(await browser.go(request), 'Americas editor');
    const refresh_token = (await redeem(back)).answer.refresh_token!;
    const renewed = await ask({ grant_type: 'refresh_token', refresh_token });
    expect((await verify(url, renewed.answer.access_token!)).payload.sub).toBe('persona:americas-editor');
    expect((await ask({ grant_type: 'refresh_token', refresh_token })).answer.error).toBe('invalid_grant');
  });
});

test('the sign-in page says what it is, needs no script, escapes what it shows and lets one go back', async () => {
  const { url, stop } = await start({ ...shared, dataDir });
  try {
    const browser = new Browser();
    const { request } = await application(url);
    const page = await browser.go(request);
    expect(page.html).toContain('<html lang="en">');
    expect(page.html).toContain('Development sign-in: sample personas, no passwords.');
    expect(page.html).toContain('Sample &amp; Sons · NET4U Americas');
    expect(page.html).toContain('&lt;and&gt;');
    expect(page.html).not.toMatch(/<script|<and>|style="/);
    for (const [, id] of page.html.matchAll(/aria-describedby="([^"]*)"/g)) expect(page.html).toContain(`id="${id}"`);
    const policy = page.response.headers.get('content-security-policy')!;
    expect(policy).not.toContain('unsafe');
    const style = /<style>([\s\S]*?)<\/style>/.exec(page.html)![1]!;
    expect(policy).toContain(`style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`);
    expect(policy).toContain("form-action 'self' http://app.example:4000;");
    expect(page.response.headers.get('cache-control')).toBe('no-store');
    const { url: back } = await browser.press(page, 'Go back without signing in');
    expect(back.searchParams.get('error')).toBe('access_denied');
  } finally {
    await stop();
  }
});

describe('what it keeps', () => {
  test('one key for all its URLs, readable by the owner alone; the file says the latest URL', async () => {
    const first = await createIssuer({ ...shared, dataDir, url: 'http://localhost:4000/issuer' });
    const token = await signToken({ dataDir, persona: 'operator' });
    await first.stop();
    const second = await start({ ...shared, dataDir });
    const file = join(dataDir, 'dev', 'issuer.json');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(join(dataDir, 'dev'))).mode & 0o777).toBe(0o700);
    expect(await readdir(join(dataDir, 'dev'))).toEqual(['issuer.json']);
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ issuer: second.url, audience: 'net4u' });
    const now = await signToken({ dataDir, persona: 'operator' });
    expect((await verify(second.url, now)).payload.sub).toBe('persona:operator');
    expect(decodeProtectedHeader(now).kid).toBe(decodeProtectedHeader(token).kid);
    await expect(verify(second.url, token)).rejects.toMatchObject({
      code: 'ERR_JWT_CLAIM_VALIDATION_FAILED',
      claim: 'iss',
    });
    const { jwks_uri } = await discover(second.url);
    const { keys } = (await (await fetch(jwks_uri)).json()) as { keys: Record<string, unknown>[] };
    expect(keys.map((key) => [key.alg, 'd' in key])).toEqual([['ES256', false]]);
    await second.stop();
    await second.stop();
  });

  test('the same key when several start at once on an empty directory', async () => {
    const issuers = await Promise.all([1, 2, 3, 4].map(() => start({ ...shared, dataDir })));
    const kids = await Promise.all(
      issuers.map(async ({ url }) => {
        const { keys } = (await (await fetch(`${url}/jwks`)).json()) as { keys: { kid: string }[] };
        return keys[0]!.kid;
      }),
    );
    expect(new Set(kids).size).toBe(1);
    await Promise.all(issuers.map(({ stop }) => stop()));
  });

  test('a file it cannot read, untouched, with an error that names it', async () => {
    const file = join(dataDir, 'dev', 'issuer.json');
    await mkdir(join(dataDir, 'dev'));
    for (const content of ['{', 'null', '{"issuer":"x"}']) {
      await writeFile(file, content);
      await expect(start({ ...shared, dataDir })).rejects.toMatchObject({
        code: 'BAD_FILE',
        message: expect.stringContaining(file),
      });
      expect(await readFile(file, 'utf8')).toBe(content);
    }
  });

  test('at most so many sign-ins, the latest ones', async () => {
    const adapter = memoryStorage(3)('Session');
    for (const uid of ['a', 'b', 'c', 'd']) await adapter.upsert(uid, { uid }, 60);
    expect(await adapter.find('a')).toBeUndefined();
    expect(await adapter.findByUid('d')).toEqual({ uid: 'd' });
    await adapter.upsert('b', { uid: 'b' }, 60);
    await adapter.upsert('e', { uid: 'e' }, -1);
    expect(await adapter.find('c')).toBeUndefined();
    expect(await adapter.find('b')).toEqual({ uid: 'b' });
    expect(await adapter.find('e')).toBeUndefined();
  });
});

test.each([
  ['production', { production: true }, 'PRODUCTION', 'OIDC_ISSUER'],
  ['a URL with a trailing slash', { url: 'http://localhost:4000/issuer/' }, 'BAD_OPTION', 'url: '],
  ['a URL that is none', { url: 'issuer' }, 'BAD_OPTION', 'url: '],
  ['no audience', { audience: '' }, 'BAD_OPTION', 'audience'],
  ['no personas', { personas: [] }, 'BAD_OPTION', 'personas'],
  ['a persona twice', { personas: [...personas, personas[0]!] }, 'BAD_OPTION', '"americas-editor"'],
  ['a persona called partner', { personas: [{ ...personas[0]!, id: 'partner' }] }, 'BAD_OPTION', '"partner"'],
  ['a redirect URI that is none', { redirectUris: ['/callback'] }, 'BAD_OPTION', 'redirectUris'],
])('refuses %s before it makes a file', async (_name, wrong, code, named) => {
  const options = { ...shared, dataDir, url: 'http://localhost:4000/issuer', ...wrong };
  for (const attempt of [createIssuer(options), start(options)]) {
    await expect(attempt).rejects.toMatchObject({ code, message: expect.stringContaining(named) });
  }
  expect(await readdir(dataDir)).toEqual([]);
});

describe('tokens without signing in', () => {
  /** Runs a program of the package as a process of its own. */
  async function run(...parameters: string[]) {
    const child = spawn(process.execPath, ['--import', 'tsx', ...parameters], {
      env: { ...process.env, DATA_DIR: dataDir, NODE_OPTIONS: '' },
    });
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk) => (out += chunk));
    child.stderr.on('data', (chunk) => (err += chunk));
    const [code] = await once(child, 'close');
    return { code, out, err };
  }

  let url: string;
  let stop: (() => Promise<void>) | undefined;
  afterEach(() => stop?.());

  test('the command prints a token that verifies, and the partner key', async () => {
    ({ url, stop } = await start({ ...shared, dataDir }));
    const editor = await run('issuer/token.ts', 'americas-editor');
    expect(editor).toMatchObject({ code: 0, err: '' });
    expect(editor.out).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    const { payload } = await verify(url, editor.out.trim());
    expect(payload).toMatchObject({ sub: 'persona:americas-editor', client_id: 'net4u-cli' });
    expect(payload.exp! - payload.iat!).toBe(8 * 3600);

    expect((await run('issuer/token.ts', 'partner')).err).toMatch(/partner-key is not there: start the platform first/);
    await writeFile(join(dataDir, 'dev', 'partner-key'), 'a key\n');
    expect(await run('issuer/token.ts', 'partner')).toEqual({ code: 0, out: 'a key\n', err: '' });
  });

  test('the command names the personas it knows', async () => {
    await createIssuer({ ...shared, dataDir, url: 'http://localhost:4000/issuer' });
    for (const [parameters, named] of [
      [['nobody'], '"nobody"'],
      [[], '""'],
    ] as const) {
      const { code, out, err } = await run('issuer/token.ts', ...parameters);
      expect({ code, out, err }).toEqual({
        code: 1,
        out: '',
        err: `unknown persona ${named}; known: americas-editor, operator, partner\n`,
      });
    }
  });

  test('the command says to start the platform first', async () => {
    const { code, out, err } = await run('issuer/token.ts', 'americas-editor');
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(
      /^\S*issuer\.json is not there: start the platform first with `npm start` \(or set DATA_DIR\)\n$/,
    );
  });

  test('signToken can make what must be refused', async () => {
    ({ url, stop } = await start({ ...shared, dataDir }));
    const make = (options: Partial<Parameters<typeof signToken>[0]>) =>
      signToken({ dataDir, persona: 'operator', ...options });
    await expect(verify(url, await make({ expiresIn: -1 }))).rejects.toMatchObject({ code: 'ERR_JWT_EXPIRED' });
    for (const [claim, options] of [
      ['aud', { overrides: { aud: 'another' } }],
      ['iss', { overrides: { iss: 'http://evil.example' } }],
      ['typ', { header: { typ: 'JWT' } }],
    ] as const) {
      await expect(verify(url, await make(options))).rejects.toMatchObject({ claim });
    }
    const past = decodeJwt(await make({ clock: () => 1_000_000, overrides: { sub: undefined } }));
    expect([past.iat, past.exp, 'sub' in past]).toEqual([1000, 29_800, false]);
  });

  test('starting prints nothing', async () => {
    const program = `import('./issuer/issuer.ts').then(async ({ start }) => (await start(JSON.parse(process.argv[1]))).stop())`;
    expect(await run('--eval', program, JSON.stringify({ ...shared, dataDir }))).toEqual({ code: 0, out: '', err: '' });
  });
});
