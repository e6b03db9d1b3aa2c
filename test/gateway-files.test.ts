import { connect } from 'node:net';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'graphql';
import { assertionHeader, createAssertionSigner } from '../kit/assertion.ts';
import type { Actor } from '../kit/context.ts';
import { fileUrl, type ServedFile } from '../kit/files.ts';
import { createLog } from '../kit/log.ts';
import { type RunningServer, serveSubgraph } from '../kit/server.ts';
import { startClock } from './clock.ts';
import { type SmallWorld, secret, startSmallWorld, until } from './gateway.ts';

const letters = Buffer.from('abcdefghijklmnopqrstuvwxyz');
const large = Buffer.alloc(48 * 1024 * 1024, 1); // more than the sockets on its way hold
const files: Record<string, ServedFile> = {
  'letters/1': { name: 'Plan «año» 2027/28: "x".txt', mediaType: 'text/plain; charset=utf-8', bytes: letters },
  evil: {
    name: '../../etc/passwd\r\nset-cookie: a=b',
    mediaType: 'text/html',
    bytes: Buffer.from('<script>1</script>'),
  },
  long: { name: `${'a'.repeat(199)}😀.txt`, mediaType: 'text/plain', bytes: letters },
  empty: { name: 'empty', mediaType: 'text/plain', bytes: Buffer.alloc(0) },
  large: { name: 'large.bin', mediaType: 'application/octet-stream', bytes: large },
};

let world: SmallWorld;
let shelf: RunningServer;
let token: string;
let isReader = true;
const asked: { actor: Actor; id: string }[] = [];
const logged: string[] = [];
beforeAll(async () => {
  shelf = await serveSubgraph({
    name: 'shelf',
    secret,
    log: createLog('shelf', 'info', (line) => logged.push(line)),
    schema: buildSubgraphSchema({ typeDefs: parse('type Query { shelf: Int }') }),
    createContext: (request) => request,
    async files(actor, id) {
      asked.push({ actor, id });
      if (id === 'broken') throw new Error('disk on fire at /srv/secret');
      return (isReader && files[id]) || null;
    },
  });
  world = await startSmallWorld({ urls: { shelf: shelf.url } });
  token = await world.sign();
});
afterAll(async () => {
  await world.stop();
  await shelf.stop();
});

const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  fetch(`${world.gateway.url}${path}`, { method, headers: { authorization: `Bearer ${token}`, ...headers } });
const codeOf = async (response: Response) => [
  response.status,
  ((await response.json()) as { errors: { extensions: { code: string } }[] }).errors[0]?.extensions.code,
];
const letter = fileUrl('shelf', 'letters/1');

describe('a file', () => {
  test('is an attachment by its own name, that no browser runs, guesses at or keeps', async () => {
    const response = await get(letter);
    expect([response.status, await response.text()]).toEqual([200, letters.toString()]);
    expect(asked.at(-1)).toMatchObject({ id: 'letters/1', actor: { kind: 'SEAT', subject: 'ana' } });
    const { headers } = response;
    expect(headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(headers.get('content-length')).toBe('26');
    expect(headers.get('content-disposition')).toBe(
      `attachment; filename="Plan _ano_ 2027_28_ _x_.txt"; filename*=UTF-8''Plan%20%C2%ABa%C3%B1o%C2%BB%202027_28_%20_x_.txt`,
    );
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toBe("default-src 'none'; sandbox");
    expect(headers.get('cache-control')).toBe('private, no-store');
    expect(headers.get('x-request-id')).toMatch(/^[\w-]{36}$/);
  });

  test('whose name would write headers or leave its folder does neither', async () => {
    const { headers } = await get(fileUrl('shelf', 'evil'));
    expect(headers.get('set-cookie')).toBeNull();
    expect(headers.get('content-disposition')).toBe(
      `attachment; filename=".._.._etc_passwd__set-cookie_ a=b"; filename*=UTF-8''.._.._etc_passwd__set-cookie_%20a%3Db`,
    );
  });

  test('whose name is long is called by whole characters', async () => {
    const { status, headers } = await get(fileUrl('shelf', 'long'));
    expect(status).toBe(200);
    expect(headers.get('content-disposition')).toContain(`UTF-8''${'a'.repeat(199)}%F0%9F%98%80`);
  });

  test.each<[string, number, string, string | null]>([
    ['bytes=0-4', 206, 'abcde', 'bytes 0-4/26'],
    ['bytes=20-', 206, 'uvwxyz', 'bytes 20-25/26'],
    ['bytes=-3', 206, 'xyz', 'bytes 23-25/26'],
    ['bytes=20-99', 206, 'uvwxyz', 'bytes 20-25/26'],
    ['bytes=26-', 416, '', 'bytes */26'],
    ['bytes=5-4', 200, letters.toString(), null],
    ['bytes=0-1,3-4', 200, letters.toString(), null],
    ['lines=1-2', 200, letters.toString(), null],
  ])('in part, by %s: %i', async (range, status, text, part) => {
    const response = await get(letter, { range });
    expect([response.status, await response.text(), response.headers.get('content-range')]).toEqual([
      status,
      text,
      part,
    ]);
  });

  test('goes on only where it is still the same', async () => {
    const etag = (await get(letter)).headers.get('etag') as string;
    expect((await get(letter, { range: 'bytes=3-', 'if-range': etag })).status).toBe(206);
    expect((await get(letter, { range: 'bytes=3-', 'if-range': '"another"' })).status).toBe(200);
  });

  test('may be empty, and asked about without its bytes', async () => {
    expect(await (await get(fileUrl('shelf', 'empty'))).text()).toBe('');
    const head = await get(letter, {}, 'HEAD');
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '26', '']);
  });
});

describe('is refused', () => {
  test('to whoever is not signed in, before a subgraph is asked', async () => {
    const before = asked.length;
    for (const authorization of ['', 'Bearer x', 'Basic YTpi'])
      expect(await codeOf(await get(letter, { authorization }))).toEqual([401, 'UNAUTHENTICATED']);
    expect(asked.length).toBe(before);
  });

  test('alike where there is none and where the policy says no', async () => {
    isReader = false;
    const closed = await get(letter);
    isReader = true;
    const bodies = [await closed.text()];
    for (const path of [
      fileUrl('shelf', 'nothing'),
      fileUrl('nowhere', 'x'),
      fileUrl('members', 'x'),
      '/files/shelf/',
      '/files',
      '/files/shelf/%ff',
      '/files/shelf/a/b',
      `/files/shelf/${'x'.repeat(201)}`,
      '/files/shelf/%00',
    ])
      bodies.push(await (await get(path)).text());
    expect([...new Set(bodies)]).toEqual([expect.stringContaining('"NOT_FOUND"')]);
    expect((await get(fileUrl('shelf', 'nothing'))).status).toBe(404);
  });

  test('by other methods', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) expect((await get(letter, {}, method)).status).toBe(405);
  });

  test('without words of ours when the subgraph fails or is away', async () => {
    const broken = await get(fileUrl('shelf', 'broken'));
    const text = await broken.text();
    expect([broken.status, text]).toEqual([503, expect.stringContaining('SUBGRAPH_UNAVAILABLE')]);
    expect(text).not.toMatch(/disk|srv/);
    expect(logged.join()).toContain('disk on fire');
  });

  test('by the subgraph itself, to all but its gateway', async () => {
    const direct = shelf.url.replace('/graphql', '/files/empty');
    expect((await fetch(direct)).status).toBe(401);
    const actor: Actor = { kind: 'SEAT', subject: 'ana', networks: [], roles: [], rightsVersion: 1 };
    const sign = createAssertionSigner(secret).sign;
    expect((await fetch(direct, { headers: { [assertionHeader]: await sign(actor, 'members') } })).status).toBe(401);
    expect((await fetch(direct, { headers: { [assertionHeader]: await sign(actor, 'shelf') } })).status).toBe(200);
  });
});

test('a reader who takes nothing holds four downloads, and lets go of them with his connection', async () => {
  const port = Number(new URL(world.gateway.url).port);
  const slow = Array.from({ length: 4 }, () => {
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    socket.write(`GET ${fileUrl('shelf', 'large')} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\n\r\n`);
    socket.once('data', () => socket.pause());
    return socket;
  });
  await until(() => slow.every((socket) => socket.isPaused()));
  expect(await codeOf(await get(letter))).toEqual([429, 'RATE_LIMITED']);
  for (const socket of slow) socket.destroy();
  const passed = startClock();
  while ((await get(letter)).status !== 200) expect(passed()).toBeLessThan(5_000);
});
