import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { settings } from '../kit/config.ts';
import { readSettings, type ServiceName, serviceNames } from '../start.ts';

const read = (file: string) => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');

interface Service {
  image: string;
  command?: string[];
  environment?: Record<string, string>;
  ports?: string[];
  build?: string;
  read_only?: boolean;
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: unknown;
}
const text = read('docker-compose.yml');
const file = parse(text, { merge: true }) as {
  services: Record<string, Service>;
  configs: { database: { content: string } };
};
const own = serviceNames.map((name) => [name, file.services[name] as Service] as const);

/** What stands in the .env that README asks for. */
const env: Record<string, string> = {
  POSTGRES_PASSWORD: 'password',
  GATEWAY_SECRET: 'gateway-0123456789-abcdefghijklmnop',
  CURSOR_SECRET: 'cursors-0123456789-abcdefghijklmnop',
  OIDC_ISSUER: 'https://issuer.example',
  PUBLIC_URL: 'https://net4u.example',
};
/** As compose puts values in: `${NAME:?message}` must be in .env, `${NAME:-default}` may be. */
const interpolate = (value: string) =>
  value.replace(/\$\{(\w+)(?::([?-])([^}]*))?\}/g, (_, name: string, kind: string | undefined, rest = '') => {
    const found = env[name] ?? (kind === '-' ? rest : undefined);
    if (found === undefined) throw new Error(`.env has no ${name}`);
    return found;
  });

const dockerfile = read('Dockerfile').replaceAll('\\\n', ' ');
const instructions = (name: string) =>
  [...dockerfile.matchAll(new RegExp(`^${name} +(.*)$`, 'gm'))].map(([, rest = '']) => rest);
/** ENV of the last stage. */
const imageEnv = Object.fromEntries(
  instructions('ENV').flatMap((line) => line.split(/\s+/).map((pair) => pair.split('=') as [string, string])),
);

describe('docker-compose.yml', () => {
  test('runs every service that start.ts knows, each by its name, with Postgres and Redis', () => {
    expect(Object.keys(file.services).sort()).toEqual([...serviceNames, 'postgres', 'redis'].sort());
    for (const [name, { command }] of own) expect(command).toEqual([name]);
    expect(new Set(own.map(([, { image }]) => image)).size).toBe(1);
  });

  test.each(own)('gives %s settings that exist, and all it needs in production', (name, { environment = {} }) => {
    for (const key of Object.keys(environment)) expect(Object.keys(settings)).toContain(key);
    const values = Object.fromEntries(
      Object.entries(environment).map(([key, value]) => [key, interpolate(`${value}`)]),
    );
    const config = readSettings({ ...imageEnv, ...values }, [name as ServiceName]);
    expect(config).toMatchObject({ NODE_ENV: 'production', PORT: Number(imageEnv.PORT) });
    if (name === 'gateway') expect(config.PUBLIC_URL).toBe(env.PUBLIC_URL);
    else expect(config.REDIS_URL).toBe('redis://redis:6379');
  });

  test('publishes a port of the gateway only, the one it listens on', () => {
    for (const [name, { ports }] of Object.entries(file.services)) {
      if (name === 'gateway') expect(ports?.map(interpolate)).toEqual([`4000:${imageEnv.PORT}`]);
      else expect([name, ports]).toEqual([name, undefined]);
    }
    expect(instructions('EXPOSE')).toEqual([imageEnv.PORT]);
  });

  test('tells the gateway where each subgraph answers', () => {
    const { environment = {} } = file.services.gateway as Service;
    const urls = Object.entries(environment).filter(([key]) => /^(?!PUBLIC).*_URL$/.test(key));
    expect(urls.map(([, url]) => url).sort()).toEqual(
      serviceNames
        .filter((name) => name !== 'gateway')
        .map((name) => `http://${name}:${imageEnv.PORT}/graphql`)
        .sort(),
    );
    for (const [key, url] of urls) expect(key).toBe(`${new URL(url).hostname.toUpperCase().replace('-', '_')}_URL`);
  });

  test('starts each only on what it stands on, and that says when it is well', () => {
    for (const [name, { depends_on: on = {} }] of own) {
      const needs = name === 'gateway' ? serviceNames.filter((other) => other !== 'gateway') : ['postgres', 'redis'];
      expect(on).toEqual(Object.fromEntries(needs.map((need) => [need, { condition: 'service_healthy' }])));
    }
    for (const name of ['postgres', 'redis']) expect(file.services[name]?.healthcheck).toBeDefined();
    expect(instructions('HEALTHCHECK').join()).toContain('/health');
  });

  test('makes the owner that DATABASE_URL names: no superuser, who may create roles', () => {
    const url = new URL(interpolate(file.services.members?.environment?.DATABASE_URL as string));
    const script = file.configs.database.content;
    const [, role, attributes] = /CREATE ROLE (\w+) (.*);/.exec(script) ?? [];
    expect(role).toBe(url.username);
    expect(attributes).toContain('LOGIN CREATEROLE');
    expect(attributes).not.toContain('SUPERUSER');
    expect(script).toContain(`CREATE DATABASE ${url.pathname.slice(1)} OWNER ${role};`);
    expect([url.hostname, url.password]).toEqual(['postgres', env.POSTGRES_PASSWORD]);
  });

  test('asks .env for what README says, and for nothing else', () => {
    const asked = [...text.matchAll(/\$\{(\w+):\?/g)].map(([, name]) => name);
    expect([...new Set(asked)].sort()).toEqual(Object.keys(env).sort());
    const [, listed = ''] = /`docker compose up` with an `\.env` of ([^(]*)/.exec(read('README.md')) ?? [];
    expect([...listed.matchAll(/`(\w+)`/g)].map(([, name]) => name).sort()).toEqual(Object.keys(env).sort());
  });
});

describe('the Dockerfile', () => {
  test('copies what is there and runs what is there', () => {
    const copied = instructions('COPY').filter((line) => !line.startsWith('--from'));
    for (const path of copied.flatMap((line) => line.split(/\s+/).slice(0, -1)))
      expect([path, existsSync(new URL(`../${path}`, import.meta.url))]).toEqual([path, true]);
    const [entrypoint = '[]'] = instructions('ENTRYPOINT');
    const [program, ...rest] = JSON.parse(entrypoint) as string[];
    expect([program, ...rest]).toEqual(['node', '--import', 'tsx', 'start.ts']);
    const { dependencies } = JSON.parse(read('package.json'));
    for (const need of ['tsx', 'vite']) expect(dependencies).toHaveProperty(need); // the image has no devDependencies
    for (const [, path] of dockerfile.matchAll(/import\('\.\/([^']+)'\)/g))
      expect(existsSync(new URL(`../${path}`, import.meta.url))).toBe(true);
  });

  test('leaves out nothing that a service reads', () => {
    const ignored = read('.dockerignore').trim().split('\n');
    for (const path of ['start.ts', 'gateway', 'subgraphs', 'kit', 'schema', 'seed', 'web', 'issuer', 'tsconfig.json'])
      expect(ignored).not.toContain(path);
  });

  test('stands on Debian and on the Node that package.json asks for', () => {
    const { engines } = JSON.parse(read('package.json'));
    for (const image of instructions('FROM')) {
      expect(image).toMatch(/^node:\d+-bookworm-slim\b/);
      expect(Number(/\d+/.exec(image)?.[0])).toBeGreaterThanOrEqual(Number(/\d+/.exec(engines.node)?.[0]));
    }
  });
});
