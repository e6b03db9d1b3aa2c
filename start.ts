import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type Config, mailOf, readConfig } from './kit/config.ts';
import { createSystemActor } from './kit/context.ts';
import type { SubgraphName } from './kit/database/subgraphs.ts';
import { ConfigurationError } from './kit/errors.ts';
import { connectRedisHints, createProcessHints, type Hints } from './kit/hints.ts';
import { linkedRegions } from './kit/link/linked.ts';
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
      return start({ ...options, webhooks: platform.config.WEBHOOKS, ...(await developmentKeys(platform)) });
    },
  },
  members: {
    records: () => json('seed/members.json'),
    start: async (options: SubgraphOptions<never>, { config }: Platform) =>
      (await import('./subgraphs/members/server.ts')).start({
        ...options,
        mail: mailOf(config),
        links: linkedRegions(config),
      }),
  },
  'working-plans': {
    records: async () => ({ plans: [await json('seed/plan.json')] }),
    start: async (options: SubgraphOptions<never>, { config }: Platform) =>
      (await import('./subgraphs/working-plans/server.ts')).start({ ...options, links: linkedRegions(config) }),
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
  /** Where to listen. */
  host: string;
  production: boolean;
  secret: string;
  cursorSecret: string;
  databaseUrl: string;
  hints: Hints;
  /** In the order they started; stopped in reverse. */
  running: { name: string; stop(): Promise<void> }[];
  onProgress: (step: string) => void;
  /** The gateway's, once it runs. */
  reload?: (by: string) => Promise<unknown>;
}

export interface StartOptions {
  env: Record<string, string | undefined>;
  /** Absent: all, in this process. */
  services?: ServiceName[];
  /** False: the gateway serves no page, and none is built. */
  page?: boolean;
  /** Ends a start that is under way: what has started is stopped, and `start` throws the signal's reason. */
  signal?: AbortSignal;
  onProgress?: (step: string) => void;
}

/**
 * The settings of a process that runs these services, or all.
 * @throws ConfigurationError with all that is wrong in them
 */
export function readSettings(env: StartOptions['env'], services?: readonly ServiceName[]): Config {
  const names: readonly ServiceName[] = services ?? serviceNames;
  const withGateway = names.includes('gateway');
  const parts = names.filter((name) => name !== 'gateway');
  if (!withGateway && parts.length > 1)
    throw new ConfigurationError(
      `${parts.join(' and ')} cannot share one PORT: start each in a process of its own, or together with gateway.`,
    );
  const elsewhere = (Object.keys(subgraphs) as SubgraphName[]).filter((name) => !parts.includes(name));
  return readConfig(
    env,
    [
      ...(withGateway ? elsewhere.map(urlSetting) : []),
      ...(services && parts.length > 0 ? (['DATABASE_URL'] as const) : []),
    ],
    parts.length === 0 ? ['DATABASE_URL', 'CURSOR_SECRET'] : withGateway ? [] : ['OIDC_ISSUER'],
  );
}

const urlSetting = (name: SubgraphName) =>
  `${name.toUpperCase().replace('-', '_') as 'NETWORKS' | 'MEMBERS' | 'WORKING_PLANS' | 'DISCUSSIONS'}_URL` as const;

/**
 * Starts the platform, or the services named, in this process.
 * @throws ConfigurationError with all that is wrong in the settings; whatever had started is stopped again
 */
export async function start(
  options: StartOptions,
): Promise<Running & Pick<Platform, 'config' | 'reload'> & { dataDirectory: string | undefined }> {
  const { signal, onProgress = () => {} } = options;
  const config = readSettings(options.env, options.services);
  const names: readonly ServiceName[] = options.services ?? serviceNames;
  const withGateway = names.includes('gateway');
  const parts = names.filter((name) => name !== 'gateway');
  config.DATA_DIR = resolve(config.DATA_DIR);
  const host = config.HOST ?? (config.NODE_ENV === 'production' ? '0.0.0.0' : '127.0.0.1');
  const running: Platform['running'] = [];
  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= stopAll(running);
    return stopping;
  };
  const interrupted = new Promise<never>((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  interrupted.catch(() => {});
  /** What is still under way when the signal comes ends with what it stands on, or with the process. */
  const orInterrupted = <T>(work: Promise<T>): Promise<T> => Promise.race([work, interrupted]);
  try {
    // before anything is made or waited for: nobody should wait for a database to hear that a port is taken
    await tryPort(config.PORT, host);
    const hints = await orInterrupted(openHints(config, parts));
    running.push({ name: 'hints', stop: hints.stop });
    let dataDirectory: string | undefined;
    if (!config.DATABASE_URL && parts.length > 0) {
      onProgress('starting Postgres');
      const { startEmbeddedPostgres } = await import('./kit/database/embedded.ts');
      // never left half started, or it would outlive this process
      const postgres = await startEmbeddedPostgres({ dataDir: config.DATA_DIR, onProgress });
      running.push({ name: 'postgres', stop: postgres.stop });
      config.DATABASE_URL = postgres.url;
      dataDirectory = postgres.dataDirectory;
      signal?.throwIfAborted();
    }
    const platform: Platform = {
      config,
      host,
      production: config.NODE_ENV === 'production',
      secret: await secretOf(config),
      // the gateway opens no cursor, and alone has no disk to keep a secret on
      cursorSecret:
        config.CURSOR_SECRET ?? (parts.length > 0 ? await keepSecret(config.DATA_DIR, 'cursor-secret') : ''),
      databaseUrl: config.DATABASE_URL ?? '',
      hints,
      running,
      onProgress,
    };
    let url = '';
    const urls: Partial<Record<SubgraphName, string>> = {};
    for (const name of parts) {
      onProgress(`starting ${name}`);
      url = urls[name] = await orInterrupted(startSubgraph(platform, name, withGateway ? undefined : config.PORT));
    }
    if (withGateway) url = await orInterrupted(startGateway(platform, urls, options.page !== false));
    const { reload } = platform;
    return { url, stop, config, dataDirectory, ...(reload && { reload }) };
  } catch (error) {
    await stop().catch(() => {}); // the first failure is the one to tell
    throw error;
  }
}

/** In reverse, each to its end: one that fails keeps no other from stopping. @throws the first failure */
async function stopAll(running: Platform['running']): Promise<void> {
  const failures: unknown[] = [];
  for (const part of running.toReversed()) await part.stop().catch((error) => failures.push(error));
  if (failures.length > 0) throw failures[0];
}

/** @returns the port, which was free just now; for 0 one that is. @throws ConfigurationError when it is taken or not allowed */
async function tryPort(port: number, host: string): Promise<number> {
  const { listen } = await import('./kit/server.ts');
  const server = createServer();
  const found = await listen(server, port, host);
  await new Promise((done) => server.close(done));
  return found;
}

const secretOf = async (config: Config) => config.GATEWAY_SECRET ?? keepSecret(config.DATA_DIR, 'gateway-secret');

async function openHints(config: Config, parts: readonly SubgraphName[]): Promise<Hints> {
  if (!config.REDIS_URL || parts.length === 0) return createProcessHints();
  const secret = await secretOf(config);
  try {
    return await connectRedisHints(config.REDIS_URL, secret, createLog('hints'));
  } catch (error) {
    const { host } = new URL(config.REDIS_URL);
    throw new ConfigurationError(
      `REDIS_URL: no Redis answers at ${host} (${(error as Error).message}). Start it, or unset REDIS_URL when all runs in one process.`,
    );
  }
}

/** @param port absent: only for this process's gateway, on any port of loopback */
async function startSubgraph(platform: Platform, name: SubgraphName, port?: number): Promise<string> {
  const { config, host, production } = platform;
  const log = createLog(name, config.LOG_LEVEL ?? (production ? 'info' : 'warn'));
  const started = await subgraphs[name].start(
    {
      database: {
        ...{ url: platform.databaseUrl, secret: platform.secret, hints: platform.hints },
        home: { region: config.REGION, linked: config.LINKS.map(({ region }) => region) },
      },
      secret: platform.secret,
      cursorSecret: platform.cursorSecret,
      region: config.REGION,
      regionNumber: config.REGION_NUMBER,
      ...(port !== undefined && { port, host }),
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

/** None in production. Linked regions find theirs in `dev/link-key-<region>`, which is to be copied to their LINK_KEYS. */
async function developmentKeys({ config, production }: Platform) {
  if (production) return {};
  const keep = async (file: string, id: string) =>
    hashPartnerKey(await keepSecret(config.DATA_DIR, file, () => makePartnerKey(config.REGION, id)));
  const linkKeys: { region: string; sha256: string }[] = [];
  for (const { region } of config.LINKS)
    linkKeys.push({ region, sha256: await keep(`link-key-${region}`, `link-${region}`) });
  const samplePartnerKey = { partnerId: 'partner:sample', sha256: await keep('partner-key', 'sample') };
  return { samplePartnerKey, linkKeys };
}

/** `start.ts link-key <region> <network id>...` prints a key for that region; `start.ts link-key <region> --revoke` ends all it has. */
async function linkKey([region = '', ...rest]: string[], say: (line: string) => void): Promise<void> {
  if (!/^[a-z][a-z0-9-]{0,31}$/.test(region) || rest.length === 0)
    throw new ConfigurationError('Usage: link-key <region> <network id> ..., or link-key <region> --revoke');
  const config = readConfig(process.env, ['DATABASE_URL'], ['OIDC_ISSUER', 'CURSOR_SECRET']);
  const { runLinkKey } = await import('./subgraphs/networks/link-keys.ts');
  const database = { url: config.DATABASE_URL as string, secret: await secretOf(config), hints: createProcessHints() };
  const networkIds = rest[0] === '--revoke' ? 'revoke' : rest;
  say(await runLinkKey(database, config.REGION, { region, networkIds }));
}

const databaseUrl = () =>
  readConfig(process.env, ['DATABASE_URL'], ['OIDC_ISSUER', 'CURSOR_SECRET', 'GATEWAY_SECRET']).DATABASE_URL as string;

type Command = (given: string[], say: (line: string) => void) => Promise<void>;
const commands = new Map<string, Command>([
  ['link-key', linkKey],
  // verifies the audit log and prints the heads of its chains: `[file]` of what it printed before, or `--kept <region>`
  ['verify-audit', async (...it) => (await import('./kit/audit/command.ts')).runCommand(databaseUrl(), ...it)],
  // after a restore from backup, before the services are started: cursors of before it are told so
  ['restored', async (_, say) => (await import('./kit/feed/restored.ts')).beginEpoch(databaseUrl(), say)],
]);

async function startGateway(
  platform: Platform,
  urls: Partial<Record<SubgraphName, string>>,
  withPage: boolean,
): Promise<string> {
  const { config, host, production, onProgress } = platform;
  onProgress('starting the gateway');
  const port = config.PORT === 0 ? await tryPort(0, host) : config.PORT;
  const publicUrl = config.PUBLIC_URL ?? `http://localhost:${port}`;
  const issuer = config.OIDC_ISSUER ?? `${publicUrl}/issuer`;
  const pageConfig = {
    issuer,
    clientId: config.OIDC_CLIENT_ID,
    audience: config.OIDC_AUDIENCE,
    development: !production,
  };
  const { start } = await import('./gateway/server.ts');
  const { readOptions } = await import('./gateway/settings.ts');
  const gateway = await start({
    ...(await readOptions(config, here)),
    subgraphs: {
      networks: urls.networks ?? (config.NETWORKS_URL as string),
      members: urls.members ?? (config.MEMBERS_URL as string),
      'working-plans': urls['working-plans'] ?? (config.WORKING_PLANS_URL as string),
      discussions: urls.discussions ?? (config.DISCUSSIONS_URL as string),
    },
    secret: platform.secret,
    oidc: { issuer, audience: config.OIDC_AUDIENCE },
    port,
    host,
    production,
    allowedOrigins: [...config.ALLOWED_ORIGINS, new URL(publicUrl).origin],
    ...(withPage && { page: { root: await pageRoot(onProgress), config: pageConfig } }),
    mounts: config.OIDC_ISSUER
      ? []
      : [{ path: '/issuer', handler: await developmentIssuer(platform, issuer, publicUrl) }],
  });
  platform.running.push({ name: 'gateway', stop: gateway.stop });
  platform.reload = gateway.reload;
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

/** `npm start` (all services) or `node --import tsx start.ts networks` (those named). */
async function main(): Promise<void> {
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  const command = commands.get(process.argv[2] ?? '');
  if (command) {
    await command(process.argv.slice(3), (line) => void process.stdout.write(`${line}\n`)).catch((error: Error) => {
      say(error.message);
      process.exitCode = 1;
    });
    return;
  }
  const named = [...new Set(process.argv.slice(2))];
  const unknown = named.filter((name) => !(serviceNames as readonly string[]).includes(name));
  if (unknown.length > 0) {
    say(`There is no service "${unknown.join('", "')}". There are: ${serviceNames.join(', ')}; no name starts all.`);
    process.exitCode = 1;
    return;
  }
  // A closed terminal takes no more lines; what runs goes on, or is stopped in order.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  const interruption = new AbortController();
  const { signal } = interruption;
  const begun = start({
    env: process.env,
    ...(named.length > 0 && { services: named as ServiceName[] }),
    signal,
    onProgress: (step) => say(`  ${step} …`),
  });
  const end = async (name: string) => {
    if (signal.aborted) process.exit(1); // the second signal: the user does not want to wait
    say(`\n${name}: stopping (again to stop at once) …`);
    interruption.abort();
    try {
      const platform = await begun.catch(() => undefined);
      await platform?.stop();
      process.exit(0);
    } catch (error) {
      say(`Did not stop cleanly: ${(error as Error).stack ?? error}`);
      process.exit(1);
    }
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => void end(name));
  // also where there is no gateway: not to be ended by a signal that was sent to all
  const reload = () => void begun.then((platform) => platform.reload?.('SIGUSR2')).catch(() => {});
  if (process.platform !== 'win32') process.on('SIGUSR2', reload);
  try {
    const platform = await begun;
    if (!signal.aborted) say(named.length > 0 ? `${named.join(', ')} at ${platform.url}` : describePlatform(platform));
  } catch (error) {
    if (signal.aborted) return; // end() has the last word
    say(isAdvice(error) ? `\n${(error as Error).message}` : `\nCould not start: ${(error as Error).stack ?? error}`);
    process.exit(1);
  }
}

/** Errors whose message says what to do, so that a stack would only hide it. */
const isAdvice = (error: unknown) =>
  error instanceof ConfigurationError || ['IssuerError', 'ServerStartError'].includes((error as Error)?.name);

function describePlatform({ url, config, dataDirectory }: Awaited<ReturnType<typeof start>>): string {
  const { OIDC_ISSUER, SMTP_URL } = config;
  return `
NET4U is running at ${url}
  graph   ${url}/graphql
  token   ${OIDC_ISSUER ? `from ${OIDC_ISSUER}` : 'npm run -s token -- americas-editor'}
  data    ${dataDirectory ?? 'the Postgres of DATABASE_URL'}
  mail    ${SMTP_URL ? 'is sent' : 'none: SMTP_URL is not set'}
  stop    Ctrl-C`;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await main();
