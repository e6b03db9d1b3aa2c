import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { isPublicAddress } from '../../subgraphs/networks/webhooks/addresses.ts';
import { openSender, readRetryAfter } from '../../subgraphs/networks/webhooks/sender.ts';
import { backOff, withDefaults } from '../../subgraphs/networks/webhooks/settings.ts';
import { createResolve, findAddresses, findFault } from '../../subgraphs/networks/webhooks/target.ts';
import { startNameServer } from './name-server.ts';
import { receiver } from './webhook-stage.ts';

const closed =
  `0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.100.100.200 100.127.255.255 127.0.0.1 127.255.255.254 168.63.129.16
  169.254.0.1 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.8 192.0.0.192 192.0.2.1 192.88.99.1 192.168.0.1 198.18.0.1 198.19.255.255
  198.51.100.7 203.0.113.7 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
  :: ::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:7f00:1 ::ffff:10.0.0.1 ::ffff:8.8.8.8 64:ff9b::7f00:1 64:ff9b::808:808 64:ff9b:1::1 100::1 2001::1
  2001:0:7f00:1:: 2001:db8::1 2002:7f00:1:: 3fff::1 5f00::1 fc00::1 fd00:ec2::254 fe80::1 feb0::1 fec0::1 ff02::1 2606:4700::1111%eth0 nonsense`.split(
    /\s+/,
  );
const open =
  '1.1.1.1 8.8.8.8 100.63.255.255 100.128.0.1 172.15.0.1 172.32.0.1 192.0.1.1 198.20.0.1 223.255.255.255 2606:4700::1111 2a00:1450::1'.split(
    ' ',
  );

describe('an address is refused', () => {
  test('that is not of the public internet', () => {
    expect(closed.filter(isPublicAddress)).toEqual([]);
    expect(open.filter((address) => !isPublicAddress(address))).toEqual([]);
  });

  test.each([
    ['http://example.org/', 'https only'],
    ['ftp://example.org/', 'https only'],
    ['https://user@example.org/', 'without a user or a password'],
    ['https://:secret@example.org/', 'without a user or a password'],
    ['https://example.org/#here', 'without a fragment'],
    ['https://example.org:22/', 'port 443 or 8443'],
    ['https://example.org:80/', 'port 443 or 8443'],
    ['https://localhost/', 'a full name'],
    ['https://postgres/', 'a full name'],
    ['https://example.org/'.padEnd(2_001, 'x'), 'at most 2000'],
    ['https://example.org/'.padEnd(400, 'ö'), 'at most 2000 characters, as it is sent'],
    ['example.org', 'not a URL'],
    ...[
      '127.0.0.1',
      '2130706433',
      '0x7f000001',
      '0177.0.0.1',
      '127.1',
      '0',
      '[::1]',
      '[::ffff:7f00:1]',
      '[fe80::1]',
      '①⑥⑨.254.169.254',
    ].map((host) => [`https://${host}/`, 'an address of the public internet'] as const),
  ])('%s: %s', (url, fault) => {
    expect(findFault(url, {})).toContain(fault);
  });

  test('when any of those that its name leads to is', async () => {
    const failure = (addresses: string[]) =>
      findAddresses(new URL('https://hooks.example.org/'), { resolve: async () => addresses }).then(
        (found) => found,
        (error) => error.failure,
      );
    expect(await failure(['8.8.8.8', '2606:4700::1111'])).toEqual(['8.8.8.8', '2606:4700::1111']);
    expect(await failure(['8.8.8.8', '127.0.0.1'])).toBe('ADDRESS_REFUSED');
    expect(await failure(['2606:4700::1111', '::ffff:10.0.0.1'])).toBe('ADDRESS_REFUSED');
    expect(await failure(['169.254.169.254'])).toBe('ADDRESS_REFUSED');
    expect(await failure([])).toBe('DNS_FAILED');
  });

  test('as name servers say it: over any number of names, in either family, and of IPv4 alone where they are silent of IPv6', async () => {
    const [open4, open6, closed6] = ['8.8.8.8', '2606470000000000000000000000beef', '00000000000000000000ffff0a000001'];
    const server = await startNameServer({
      'both.example.org': { four: [open4], six: [open6] },
      'chain.example.org': { names: ['a.example.org', 'b.example.org'], four: [open4], six: [] },
      'inside.example.org': { names: ['db.internal'], four: ['10.0.0.5'], six: [] },
      'mixed.example.org': { four: [open4, '169.254.169.254'], six: [] },
      'mapped.example.org': { four: [open4], six: [closed6] },
      'old.example.org': { four: [open4] },
      'new.example.org': { four: [], six: [open6] },
    });
    const resolve = createResolve([server.address]);
    const lead = (name: string) =>
      Promise.race([
        findAddresses(new URL(`https://${name}/`), { resolve }).catch((error: Error) => error.message),
        new Promise((late) => setTimeout(late, 4_000, 'silent').unref()),
      ]);
    try {
      const names = ['both', 'chain', 'inside', 'mixed', 'mapped', 'old', 'new', 'none'];
      expect(await Promise.all(names.map((name) => lead(`${name}.example.org`)))).toEqual([
        [open4, '2606:4700::beef'],
        [open4],
        'ADDRESS_REFUSED',
        'ADDRESS_REFUSED',
        'ADDRESS_REFUSED',
        [open4],
        ['2606:4700::beef'],
        'DNS_FAILED',
      ]);
    } finally {
      server.stop();
    }
  });

  test('even if it was kept before', async () => {
    const sender = openSender(`http://127.0.0.1:${receiver.port}/`, { timeoutMs: 30_000, now: Date.now });
    const message = { id: '1', headers: {}, body: Buffer.from('{}') };
    const outcome = await sender.send(message, [], new AbortController().signal);
    expect(outcome).toEqual({ failure: 'ADDRESS_REFUSED', status: null, retryAfter: null });
  });
});

describe('a connection', () => {
  const message = { id: '1', headers: {}, body: Buffer.from('{}') };

  test('is made to the address that was looked at, whatever its name leads to a moment later', async () => {
    let asked = 0;
    let connected = 0;
    const server = createServer((socket) => {
      connected += 1;
      socket.on('error', () => {}).end('HTTP/1.1 200 OK\r\n\r\n'); // no TLS
    });
    const isThere = await once(server.listen(8443, '127.0.0.2'), 'listening').then(
      () => true,
      () => false, // somebody else has the port
    );
    const resolve = async () => {
      asked += 1;
      return asked === 1 ? ['127.0.0.2'] : ['10.0.0.1'];
    };
    const sender = openSender('https://rebinding.example.org:8443/', {
      resolve,
      allowLoopback: true,
      timeoutMs: 30_000,
      now: Date.now,
    });
    const send = () => sender.send(message, [], new AbortController().signal);
    expect(await send()).toMatchObject({ failure: isThere ? 'TLS_FAILED' : 'CONNECTION_FAILED' });
    expect([asked, connected]).toEqual([1, isThere ? 1 : 0]);
    expect(await send()).toMatchObject({ failure: 'ADDRESS_REFUSED' });
    expect([asked, connected]).toEqual([2, isThere ? 1 : 0]);
    sender.close();
    server.close();
  });

  test('that nobody takes, a name that leads nowhere and a name server that is silent are told apart', async () => {
    const send = (url: string, resolve?: () => Promise<string[]>, timeoutMs = 30_000) =>
      openSender(url, { allowLoopback: true, timeoutMs, now: Date.now, ...(resolve && { resolve }) }).send(
        message,
        [],
        new AbortController().signal,
      );
    expect(await send('http://127.0.0.1:1/')).toMatchObject({ failure: 'CONNECTION_FAILED' });
    expect(await send('https://nowhere.example.org/', async () => [])).toMatchObject({ failure: 'DNS_FAILED' });
    expect(await send('https://silent.example.org/', () => new Promise(() => {}), 300)).toMatchObject({
      failure: 'TIMEOUT',
    });
  });
});

test('attempts come later each time, by chance up to twice as late, and as late as an answer asks for up to a day', () => {
  const settings = withDefaults({ random: () => 0 });
  const hour = 3_600_000;
  expect([1, 2, 3, 10, 11, 1_000].map((attempts) => backOff(attempts, null, settings) / 1_000)).toEqual([
    2.5, 5, 10, 1_280, 1_800, 1_800,
  ]);
  expect(backOff(1, null, { ...settings, random: () => 0.9999999 })).toBe(5_000);
  expect([30_000, 100 * hour].map((asked) => backOff(1, asked, settings))).toEqual([30_000, 24 * hour]);
  const now = Date.UTC(2026, 10, 22, 12);
  const asked = (text: string) => backOff(1, readRetryAfter(text, now), settings) / 1_000;
  expect(['120', 'Sun, 22 Nov 2026 12:02:00 GMT', '9999999999'].map(asked)).toEqual([120, 120, 86_400]);
  expect(['', '-5', '1e9', 'soon', 'Sun, 22 Nov 2020 12:00:00 GMT'].map(asked)).toEqual(Array(5).fill(2.5));
});
