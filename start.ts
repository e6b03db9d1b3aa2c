import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Config, readConfig } from './kit/config.ts';
import { createSystemActor } from './kit/context.ts';
import type { SubgraphName } from './kit/database/subgraphs.ts';
import { ConfigurationError } from './kit/errors.ts';
import { connectRedisHints, createProcessHints, type Hints } from './kit/hints.ts';
import { createLog } from './kit/log.ts';
import { hashPartnerKey, keepSecret, makePartnerKey } from './kit/secrets.ts';
import type { SubgraphOptions } from './kit/subgraph.ts';

type Running = { url: string; stop(): Promise<void> };
const here = fileURLToPath(new URL('.', import.meta.url));
const json = async (file: string) => JSON.parse(await readFile(resolve(here, file), 'utf8'));

/** Every subgraph: how it is started, and the records that ship for it. */
const subgraphs = {
  networks: {
    records: () => json('seed/networks.json'),
    start: async (options: SubgraphOptions<never>, platform: Platform) => {
      const { start } = await import('./subgraphs/networks/server.ts');
      return start({ ...options, ...(await samplePartnerKey(platform)) });
    },
  },
  members: {
    records: () => json('seed/members.json'),
    start: async (options: SubgraphOptions<never>) => (await import('./subgraphs/members/server.ts')).start(options),
  },
  'working-plans': {
    records: async () => ({ plans: [await json('seed/plan.json')] }),
    start: async (options: SubgraphOptions<never>) =>
      (await import('./subgraphs/working-plans/server.ts')).start(options),
  },
  discussions: {
    records: () => json('seed/discussions.json'),
    start: async (options: SubgraphOptions<never>) =>
      (await import('./subgraphs/discussions/server.ts')).start(options),
  },
};
export const serviceNames = [...(Object.keys(subgraphs) as SubgraphName[]), 'gateway'] as const;
export type ServiceName = (typeof serviceNames)[number];

interface Platform {
  config: Config;
  production: boolean;
  secret: string;
  cursorSecret: string;
  databaseUrl: string;
  hints: Hints;
  /** In the order they started; stopped in reverse. */
  running: { name: string; stop(): Promise<void> }[];
  onProgress: (step: string) => void;
}

export interface StartOptions {
  env: Record<string, string | undefined>;
  /** Absent: all, in this process. */
  services?: ServiceName[];
  /** False: the gateway serves no page, and none is built. */
  page?: boolean;
  onProgress?: (step: string) => void;
}

/**
 * Starts the platform, or the services named, in this process.
 * @throws ConfigurationError with all that is wrong in the settings; whatever had started is stopped again
 */
export async function start(
  options: StartOptions,
): Promise<Running & { config: Config; dataDirectory: string | undefined }> {
  const names = options.services ?? [...serviceNames];
  const alone = options.services !== undefined;
  const gatewayOnly = alone && names.every((name) => name === 'gateway');
  const config = readConfig(
    options.env,
    alone && names.includes('gateway') ? ['NETWORKS_URL', 'MEMBERS_URL', 'WORKING_PLANS_URL', 'DISCUSSIONS_URL'] : [],
    gatewayOnly ? ['DATABASE_URL', 'CURSOR_SECRET'] : names.includes('gateway') ? [] : ['OIDC_ISSUER'],
  );
  config.DATA_DIR = resolve(config.DATA_DIR);
  const onProgress = options.onProgress ?? (() => {});
  const running: Platform['running'] = [];
  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= (async () => {
      for (const part of running.toReversed()) await part.stop();
    })();
    return stopping;
  };
  try {
    let dataDirectory: string | undefined;
    if (!config.DATABASE_URL && !gatewayOnly) {
      if (alone)
        throw new ConfigurationError('DATABASE_URL is not set: services that run alone share a Postgres of yours.');
      onProgress('starting Postgres');
      const { startEmbeddedPostgres } = await import('./kit/database/embedded.ts');
      const postgres = await startEmbeddedPostgres({ dataDir: config.DATA_DIR, onProgress });
      running.push({ name: 'postgres', stop: postgres.stop });
      config.DATABASE_URL = postgres.url;
      dataDirectory = postgres.dataDirectory;
    }
    const hints = await openHints(config, names);
    running.push({ name: 'hints', stop: hints.stop });
    const platform: Platform = {
      config,
      production: config.NODE_ENV === 'production',
      secret: config.GATEWAY_SECRET ?? (await keepSecret(config.DATA_DIR, 'gateway-secret')),
      cursorSecret: config.CURSOR_SECRET ?? (await keepSecret(config.DATA_DIR, 'cursor-secret')),
      databaseUrl: config.DATABASE_URL ?? '',
      hints,
      running,
      onProgress,
    };
    let url = '';
    const urls: Partial<Record<SubgraphName, string>> = {};
    for (const name of names) {
      if (name === 'gateway') continue;
      onProgress(`starting ${name}`);
      url = urls[name] = await startSubgraph(platform, name, alone);
    }
    if (names.includes('gateway')) url = await startGateway(platform, urls, options.page !== false);
    return { url, stop, config, dataDirectory };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function openHints(config: Config, names: readonly ServiceName[]): Promise<Hints> {
  if (!config.REDIS_URL || names.every((name) => name === 'gateway')) return createProcessHints();
  try {
    return await connectRedisHints(config.REDIS_URL, createLog('hints'));
  } catch (error) {
    const { host } = new URL(config.REDIS_URL);
    throw new ConfigurationError(
      `REDIS_URL: no Redis answers at ${host} (${(error as Error).message}). Start it, or unset REDIS_URL when all runs in one process.`,
    );
  }
}

async function startSubgraph(platform: Platform, name: SubgraphName, alone: boolean): Promise<string> {
  const { config, production } = platform;
  const log = createLog(name, production ? 'info' : 'warn');
  const started = await subgraphs[name].start(
    {
      database: { url: platform.databaseUrl, secret: platform.secret, hints: platform.hints },
      secret: platform.secret,
      cursorSecret: platform.cursorSecret,
      region: config.REGION,
      regionNumber: config.REGION_NUMBER,
      ...(alone && { port: config.PORT, host: config.HOST ?? (production ? '0.0.0.0' : '127.0.0.1') }),
      log,
      load: {
        system: createSystemActor(),
        records: (await subgraphs[name].records()) as never,
        refuseSamples: production,
      },
    },
    platform,
  );
  platform.running.push({ name, stop: started.stop });
  return started.url;
}

async function samplePartnerKey({ config, production }: Platform) {
  if (production) return {};
  const key = await keepSecret(config.DATA_DIR, 'partner-key', () => makePartnerKey(config.REGION, 'sample'));
  return { samplePartnerKey: { partnerId: 'partner:sample', sha256: hashPartnerKey(key) } };
}

async function startGateway(
  platform: Platform,
  urls: Partial<Record<SubgraphName, string>>,
  withPage: boolean,
): Promise<string> {
  const { config, production, onProgress } = platform;
  onProgress('starting the gateway');
  const port = config.PORT === 0 ? await freePort() : config.PORT;
  const publicUrl = config.PUBLIC_URL ?? `http://localhost:${port}`;
  const issuer = config.OIDC_ISSUER ?? `${publicUrl}/issuer`;
  const pageConfig = {
    issuer,
    clientId: config.OIDC_CLIENT_ID,
    audience: config.OIDC_AUDIENCE,
    development: !production,
  };
  const { start } = await import('./gateway/server.ts');
  const gateway = await start({
    subgraphs: {
      networks: urls.networks ?? (config.NETWORKS_URL as string),
      members: urls.members ?? (config.MEMBERS_URL as string),
      'working-plans': urls['working-plans'] ?? (config.WORKING_PLANS_URL as string),
      discussions: urls.discussions ?? (config.DISCUSSIONS_URL as string),
    },
    supergraph: await readFile(resolve(here, 'schema/supergraph.graphql'), 'utf8'),
    secret: platform.secret,
    oidc: { issuer, audience: config.OIDC_AUDIENCE },
    port,
    host: config.HOST ?? (production ? '0.0.0.0' : '127.0.0.1'),
    production,
    allowedOrigins: [...config.ALLOWED_ORIGINS, publicUrl],
    ...(withPage && { page: { root: await pageRoot(onProgress), config: pageConfig } }),
    mounts: config.OIDC_ISSUER
      ? []
      : [{ path: '/issuer', handler: await developmentIssuer(platform, issuer, publicUrl) }],
    log: createLog('gateway', production ? 'info' : 'warn'),
  });
  platform.running.push({ name: 'gateway', stop: gateway.stop });
  return publicUrl;
}

async function pageRoot(onProgress: Platform['onProgress']): Promise<string> {
  const { buildPage } = await import('./gateway/page.ts');
  return buildPage(resolve(here, 'web'), () => onProgress('building the page'));
}

async function developmentIssuer(platform: Platform, issuer: string, publicUrl: string) {
  const { createIssuer } = await import('./issuer/issuer.ts');
  const { handler, stop } = await createIssuer({
    url: issuer,
    dataDir: platform.config.DATA_DIR,
    audience: platform.config.OIDC_AUDIENCE,
    personas: await json('seed/personas.json'),
    redirectUris: [`${publicUrl}/`, `${publicUrl}/signed-in`],
    production: platform.production,
  });
  platform.running.push({ name: 'issuer', stop });
  return handler;
}

function freePort(): Promise<number> {
  return new Promise((done, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => done(port));
    });
  });
}

/** `npm start` (all services) or `node --import tsx start.ts networks` (those named). */
async function main(): Promise<void> {
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  const named = process.argv.slice(2);
  const unknown = named.filter((name) => !(serviceNames as readonly string[]).includes(name));
  if (unknown.length > 0) {
    say(`There is no service "${unknown.join('", "')}". There are: ${serviceNames.join(', ')}; no name starts all.`);
    process.exitCode = 1;
    return;
  }
  let stopping = false;
  let stop = async () => {};
  const begun = start({
    env: process.env,
    ...(named.length > 0 && { services: named as ServiceName[] }),
    onProgress: (step) => say(`  ${step} …`),
  });
  const end = async (signal: string) => {
    if (stopping) process.exit(1); // the second signal: the user does not want to wait
    stopping = true;
    say(`\n${signal}: stopping (again to stop at once) …`);
    await begun.catch(() => {});
    await stop();
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end(signal));
  try {
    const platform = await begun;
    stop = platform.stop;
    if (!stopping) say(named.length > 0 ? `${named.join(', ')} at ${platform.url}` : describePlatform(platform));
  } catch (error) {
    say(
      error instanceof ConfigurationError
        ? `\n${error.message}`
        : `\nCould not start: ${(error as Error).stack ?? error}`,
    );
    process.exit(1);
  }
}

function describePlatform({ url, config, dataDirectory }: Awaited<ReturnType<typeof start>>): string {
  const token = config.OIDC_ISSUER ? `from ${config.OIDC_ISSUER}` : 'npm run -s token -- americas-editor';
  return [
    '',
    `NET4U is running at ${url}`,
    `  graph   ${url}/graphql`,
    `  token   ${token}`,
    `  data    ${dataDirectory ?? 'the Postgres of DATABASE_URL'}`,
    '  stop    Ctrl-C',
  ].join('\n');
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await main();
