import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { startWorld, type World } from '../world.ts';

describe('sockets', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.stop());

  /** Sends bytes to the gateway's port. @returns the answer's first line; '' where there was none. */
  const send = (text: string, hangUp = false) =>
    new Promise<string>((resolve) => {
      let answer = '';
      const socket = connect(Number(new URL(world.url).port), '127.0.0.1', () => {
        socket.write(text);
        if (hangUp) socket.resetAndDestroy();
      });
      const close = () => socket.destroy();
      socket.setTimeout(60_000, close).on('error', () => {});
      socket.on('data', (data) => {
        answer += data.toString('latin1');
        if (answer.includes('\r\n\r\n')) close();
      });
      socket.on('close', () => resolve(answer.split('\r\n')[0] as string));
    });

  const upgrade = (target: string, ...headers: string[]) =>
    [
      `GET ${target} HTTP/1.1`,
      'Host: localhost',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      ...headers,
      '\r\n',
    ].join('\r\n');

  // Whatever is thrown outside a request's own code would end the process: jest reports it as this test's failure.
  test.each(['//', '//:0/graphql', 'http://[', '/\\', '*', '/%ff', '/graphql/..'])(
    'nobody ends the process by asking to open a socket at %s',
    async (target) => {
      expect(await send(upgrade(target))).toBe('HTTP/1.1 404 Not Found');
      expect((await fetch(`${world.url}/health`)).status).toBe(200);
    },
  );

  test('nobody ends the process by hanging up while a socket is refused', async () => {
    const refused = [upgrade('/elsewhere'), upgrade('/graphql', 'Origin: https://evil.example'), upgrade('/graphql')];
    for (let round = 0; round < 20; round += 1) for (const text of refused) await send(text, true);
    expect((await fetch(`${world.url}/health`)).status).toBe(200);
  });

  test.each(['seat:s10', 'é'.repeat(300), `${'x'.repeat(74)}🙂🙂🙂`])(
    'a socket for a seat of somebody else is closed with 4403 and a reason that fits: %s',
    async (seat) => {
      const { token } = await world.people.as('africa-rep');
      const client = createClient({
        url: `${world.url.replace('http', 'ws')}/graphql`,
        webSocketImpl: WebSocket,
        connectionParams: { authorization: `Bearer ${token}`, seat },
        retryAttempts: 0,
      });
      const closed = await new Promise<unknown>((resolve) => {
        client.subscribe(
          { query: '{ viewer { seat { id } } }' },
          { next: resolve, error: resolve, complete: () => {} },
        );
      });
      await client.dispose();
      expect(closed).toMatchObject({
        code: 4403,
        reason: expect.stringMatching(/^You are signed in, but do not hold/),
      });
      expect((closed as { reason: string }).reason).not.toContain('\uFFFD');
    },
  );
});
