import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { readConfig, settings } from '../kit/config.ts';

const mistakes = (env: Record<string, string>, ...rest: never[]) => {
  try {
    readConfig(env, ...rest);
    return [];
  } catch (error) {
    return (error as Error).message.split('\n');
  }
};

describe('settings', () => {
  test('have defaults that run the platform with nothing set', () => {
    expect(readConfig({})).toMatchObject({
      NODE_ENV: 'development',
      PORT: 4000,
      DATA_DIR: '.data',
      REGION: 'local',
      REGION_NUMBER: 1,
    });
    expect(readConfig({ PORT: '' }).PORT).toBe(4000);
  });

  test('all mistakes are reported at once, each by its name', () => {
    const found = mistakes({
      PORT: '70000',
      DATABASE_URL: 'mysql://x',
      REDIS_URL: 'localhost',
      REGION: 'Africa!',
      REGION_NUMBER: '128',
      GATEWAY_SECRET: 'short',
      OIDC_ISSUER: 'nonsense',
      ALLOWED_ORIGINS: 'https://a.example,https://b.example/path',
    });
    expect(found).toHaveLength(8);
    for (const name of [
      'PORT',
      'DATABASE_URL',
      'REDIS_URL',
      'REGION ',
      'REGION_NUMBER',
      'GATEWAY_SECRET',
      'OIDC_ISSUER',
      'ALLOWED_ORIGINS',
    ]) {
      expect(found.some((line) => line.startsWith(name))).toBe(true);
    }
  });

  test('what is told of the gateway, and to whom', () => {
    expect(readConfig({})).toMatchObject({
      METRICS_PORT: undefined,
      METRICS_HOST: '127.0.0.1',
      OTEL_EXPORTER_OTLP_ENDPOINT: undefined,
      OTEL_TRACES_SAMPLER_ARG: 1,
      TRACE_CONTEXT: 'continue',
      LOG_LEVEL: undefined,
    });
    const { OTEL_EXPORTER_OTLP_HEADERS } = readConfig({ OTEL_EXPORTER_OTLP_HEADERS: 'api-key=a%20b, x-team=un=1' });
    expect(OTEL_EXPORTER_OTLP_HEADERS).toEqual({ 'api-key': 'a b', 'x-team': 'un=1' });
    const wrong = {
      METRICS_PORT: 'x',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318',
      OTEL_EXPORTER_OTLP_HEADERS: 'api-key=%zz',
      OTEL_TRACES_SAMPLER_ARG: '1.5',
      TRACE_CONTEXT: 'yes',
      LOG_LEVEL: 'loud',
    };
    const found = mistakes(wrong);
    expect(found).toHaveLength(Object.keys(wrong).length);
    for (const name of Object.keys(wrong)) expect(found.some((line) => line.startsWith(`${name} `))).toBe(true);
  });

  test('production needs its secrets, its database and its issuer, and refuses weak or equal secrets', () => {
    expect(mistakes({ NODE_ENV: 'production' }).map((line) => line.split(' ')[0])).toEqual([
      'DATABASE_URL',
      'OIDC_ISSUER',
      'GATEWAY_SECRET',
      'CURSOR_SECRET',
    ]);
    const same = 'abcdefghijklmnopqrstuvwxyz0123456789';
    const rest = { NODE_ENV: 'production', DATABASE_URL: 'postgres://a@b/c', OIDC_ISSUER: 'https://i.example' };
    expect(mistakes({ ...rest, GATEWAY_SECRET: same, CURSOR_SECRET: same })).toEqual([
      expect.stringContaining('are the same'),
    ]);
    expect(mistakes({ ...rest, GATEWAY_SECRET: 'a'.repeat(64), CURSOR_SECRET: same })).toEqual([
      expect.stringContaining('GATEWAY_SECRET is too weak'),
    ]);
  });

  test('amounts take the place of some of the defaults, and proxies are a number or addresses', () => {
    expect(readConfig({ RATE_LIMITS: 'cost=5, sockets=7' }).RATE_LIMITS).toMatchObject({
      cost: 5,
      sockets: 7,
      streams: 1_000,
    });
    expect(readConfig({ RATE_LIMITS: 'off' }).RATE_LIMITS).toEqual({});
    expect(readConfig({ COST_BUDGETS: 'person=9' }).COST_BUDGETS).toMatchObject({ person: 9, seat: 40_000 });
    expect(readConfig({ TRUSTED_PROXIES: '2' }).TRUSTED_PROXIES).toBe(2);
    const blocks = ['10.0.0.0/8', '::1', 'fd00::/8'];
    expect(readConfig({ TRUSTED_PROXIES: blocks.join(', ') }).TRUSTED_PROXIES).toEqual(blocks);
    for (const wrong of ['cost', 'cost=0', 'cost=-1', 'prices=3', 'cost=1;sockets=2', '__proto__=1'])
      expect(mistakes({ RATE_LIMITS: wrong })).toEqual([
        expect.stringMatching(/^RATE_LIMITS has .*operations, cost, sockets/),
      ]);
    for (const wrong of ['10.0.0.0/33', 'proxy.example', '10.0.0.0/x', '::1/129', ''.padEnd(3, '9')])
      expect(mistakes({ TRUSTED_PROXIES: wrong })).toEqual([expect.stringMatching(/^TRUSTED_PROXIES has/)]);
    expect(mistakes({ OPERATIONS: 'some' })).toEqual(['OPERATIONS is not any or persisted.']);
  });

  test('README names every one of them', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    for (const name of Object.keys(settings)) expect(readme).toContain(`\`${name}\``);
  });
});
