import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createClient } from 'redis';
import { connectRedisHints, createProcessHints, type Hints } from '../kit/hints.ts';
import { createLog } from '../kit/log.ts';
import { startClock } from './clock.ts';
import { type Redis, startRedis } from './redis.ts';
import { describeWith } from './required.ts';

const secret = 'a secret of at least thirty-two characters';
const quiet = createLog('test', 'error', () => {});

const hinted: Record<string, number> = {};

/** Hints may be lost while a subscription is on its way, so a test goes on hinting until it is heard. */
async function hintUntil(hints: Hints, channel: string, heard: () => boolean): Promise<void> {
  for (let tries = 0; !heard() && tries < 3_000; tries += 1) {
    hinted[channel] = (hinted[channel] ?? 0) + 1;
    hints.publish(channel, `attempt ${tries}`);
    await new Promise((resolve) => setTimeout(resolve, 20)); // time for one hint to cross
  }
  expect(heard()).toBe(true);
}

/** The contract that every way of hinting keeps: `pair` gives two ends, which may be one. */
function keepsTheContract(pair: () => [Hints, Hints]) {
  test('a hint reaches every listener of its channel, and no other', async () => {
    const [a, b] = pair();
    const heard: string[] = [];
    const stops = [
      b.subscribe('x', () => heard.push('b1')),
      b.subscribe('x', () => heard.push('b2')),
      a.subscribe('y', () => heard.push('y')),
    ];
    await hintUntil(a, 'x', () => heard.includes('b1') && heard.includes('b2'));
    expect(heard).not.toContain('y');
    for (const stop of stops) stop();
  });

  test('who stopped listening hears nothing; the other listener still does', async () => {
    const [a, b] = pair();
    const heard: string[] = [];
    const stop = b.subscribe('z', () => heard.push('gone'));
    const stopOther = b.subscribe('z', () => heard.push('here'));
    stop();
    heard.length = 0;
    await hintUntil(a, 'z', () => heard.includes('here'));
    expect(heard).not.toContain('gone');
    stopOther();
  });

  test('publishing never runs a listener inside the call', async () => {
    const [a] = pair();
    let inside = false;
    let wrong = false;
    let heard = false;
    const stop = a.subscribe('w', () => {
      heard = true;
      wrong ||= inside;
    });
    const publish = (channel: string, payload: string) => {
      inside = true;
      a.publish(channel, payload);
      inside = false;
    };
    await hintUntil({ ...a, publish }, 'w', () => heard);
    expect(wrong).toBe(false);
    stop();
  });
}

describe('hints within a process', () => {
  const hints = createProcessHints();
  keepsTheContract(() => [hints, hints]);
});

describeWith('redis', 'hints through Redis', () => {
  let redis: Redis;
  let pair: [Hints, Hints];
  beforeAll(async () => {
    redis = await startRedis();
    pair = [await connectRedisHints(redis.url, secret, quiet), await connectRedisHints(redis.url, secret, quiet)];
  });
  afterAll(async () => {
    for (const hints of pair) await hints.stop();
    await redis.stop();
  });
  keepsTheContract(() => pair);

  test('whoever else can reach Redis neither reads a hint nor makes one', async () => {
    const [a, b] = pair;
    const stranger = createClient({ url: redis.url });
    await stranger.connect();
    const spy = stranger.duplicate();
    await spy.connect();
    const overheard: string[] = [];
    const heard: string[] = [];
    await spy.subscribe('u', (message) => overheard.push(message));
    const stops = [
      b.subscribe('u', (payload) => heard.push(`u ${payload}`)),
      b.subscribe('t', (payload) => heard.push(`t ${payload}`)),
    ];
    await hintUntil(a, 'u', () => heard.some((text) => text.startsWith('u attempt')) && overheard.length > 0);
    a.publish('u', 'for u');
    await stranger.publish('u', 'forged');
    for (const honest of overheard) await stranger.publish('t', honest); // moved to another channel
    await hintUntil(a, 't', () => heard.some((text) => text.startsWith('t attempt')));
    expect(heard.join()).not.toContain('forged');
    expect(heard.filter((text) => text.startsWith('t ')).length).toBeLessThanOrEqual(hinted.t ?? 0);
    expect(overheard.join()).not.toContain('attempt');
    for (const stop of stops) stop();
    spy.destroy();
    stranger.destroy();
  });

  test('Redis dies: publishing neither throws nor waits; when it is back, hints flow again', async () => {
    const [a, b] = pair;
    let heard = 0;
    const stop = b.subscribe('v', () => {
      heard += 1;
    });
    await redis.kill();
    const passed = startClock();
    for (let n = 0; n < 1_000; n += 1) a.publish('v', 'into the void');
    expect(passed()).toBeLessThan(1_000);
    heard = 0;
    await redis.revive();
    const until = Date.now() + 60_000;
    while (heard === 0 && Date.now() < until) {
      a.publish('v', 'again');
      await new Promise((resolve) => setTimeout(resolve, 50)); // both ends reconnect on their own clocks
    }
    expect(heard).toBeGreaterThan(0);
    stop();
  });
});
