import { isIP } from 'node:net';
import { ConfigurationError } from './errors.ts';
import { type Level, levels } from './log.ts';

interface Setting<T> {
  /** How README and error messages name the value. */
  type: string;
  /** The value when unset; undefined stays undefined. */
  default?: T;
  help: string;
  parse: (text: string) => T;
  /** Required when NODE_ENV=production. */
  production?: boolean;
}

class Mistake extends Error {}
const wrong = (what: string): never => {
  throw new Mistake(what);
};

const port = (text: string): number =>
  /^\d{1,5}$/.test(text) && Number(text) <= 65_535
    ? Number(text)
    : wrong('is not a port (0..65535; 0 chooses a free one)');

const urlOf =
  (...protocols: string[]) =>
  (text: string): string => {
    const known = URL.canParse(text) && protocols.includes(new URL(text).protocol);
    const wanted = `is not a URL that begins with ${protocols.map((p) => `${p}//`).join(' or ')}`;
    // the commonest reason by far: a password with / @ : # or ? in it
    return known ? text : wrong(text.includes('@') ? `${wanted}; is its password percent-encoded?` : wanted);
  };

const secret = (text: string): string =>
  text.length >= 32 && new Set(text).size >= 10
    ? text
    : wrong('is too weak: at least 32 random characters, e.g. `openssl rand -hex 32`');

/** `name=number` pairs in place of some of the defaults. */
const amounts =
  <T extends Record<string, number>>(defaults: T) =>
  (text: string): T => {
    const found: Record<string, number> = { ...defaults };
    for (const pair of text.split(',')) {
      const [, name = '', amount] = /^\s*(\w+)\s*=\s*(\d+)\s*$/.exec(pair) ?? [];
      if (!Object.hasOwn(defaults, name) || Number(amount) < 1)
        wrong(`has "${pair.trim()}", which is not one of ${Object.keys(defaults).join(', ')} with = and a number`);
      found[name] = Number(amount);
    }
    return found as T;
  };

/** A number of hops, or addresses and blocks. */
const proxies = (text: string): number | string[] => {
  if (/^\d{1,2}$/.test(text)) return Number(text);
  return text.split(',').map((item) => {
    const [address = '', prefix] = item.trim().split('/');
    const longest = isIP(address) === 4 ? 32 : isIP(address) === 6 ? 128 : -1;
    const isBlock = prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= longest);
    return longest > 0 && isBlock
      ? item.trim()
      : wrong(`has "${item}", which is not an address, nor a block like 10.0.0.0/8`);
  });
};

const regionName = /^[a-z][a-z0-9-]{0,31}$/;

const regions = (text: string): { region: string; url: string }[] => {
  const found = text.split(',').map((item) => {
    const [, region = '', address = ''] = /^\s*([^=\s]+)=(\S+)\s*$/.exec(item) ?? [];
    if (!regionName.test(region)) wrong(`has "${item.trim()}", which is not a region's name with = and its URL`);
    return { region, url: urlOf('http:', 'https:')(address).replace(/\/+$/, '') };
  });
  const names = found.map(({ region }) => region);
  return new Set(names).size === names.length ? found : wrong('names a region twice');
};

/** Of an installation in production; in development a few sample personas stand for many people, and nothing is counted. */
export const rateLimits = {
  ...{ operations: 300, cost: 6_000_000, sockets: 100, streams: 1_000 },
  ...{ partnerOperations: 100, partnerStreams: 1_000, addressSockets: 2_000, addressRequests: 500 },
};
/** Of deliveries to partners' endpoints. */
export const webhookLimits = { timeoutSeconds: 10, giveUpHours: 72, disableHours: 120 };
const costBudgets = { seat: 40_000, partner: 30_000, person: 30_000 };

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return wrong('has a % that is not the beginning of %XX');
  }
};

const setting = <T>(entry: Setting<T>): Setting<T> => entry;
const http = urlOf('http:', 'https:');

/** Every setting there is. `start` reads the environment through this table and nothing else does. */
export const settings = {
  NODE_ENV: setting<'development' | 'production' | 'test'>({
    type: 'development | production',
    default: 'development',
    help: 'production refuses sample records, the development issuer and unset secrets',
    parse: (text) =>
      text === 'development' || text === 'production' || text === 'test'
        ? text
        : wrong('is not development or production'),
  }),
  PORT: setting({
    type: 'port',
    default: 4000,
    help: 'where the gateway (or, alone, a subgraph) listens',
    parse: port,
  }),
  HOST: setting<string>({
    type: 'address',
    help: 'address to listen on; unset: 127.0.0.1, in production all addresses',
    parse: (text) => text,
  }),
  DATABASE_URL: setting<string>({
    type: 'postgres URL',
    help: 'its user owns the database and may create roles; unset, when all runs in one process: an embedded Postgres in DATA_DIR',
    parse: urlOf('postgres:', 'postgresql:'),
    production: true,
  }),
  DATA_DIR: setting({
    type: 'folder',
    default: '.data',
    help: 'embedded database, development keys',
    parse: (text) => text,
  }),
  REDIS_URL: setting<string>({
    type: 'redis URL',
    help: 'unset: hints stay in the process',
    parse: urlOf('redis:', 'rediss:'),
  }),
  OIDC_ISSUER: setting<string>({
    type: 'URL',
    help: 'who signs the tokens; unset: the embedded development issuer',
    parse: http,
    production: true,
  }),
  OIDC_AUDIENCE: setting({
    type: 'text',
    default: 'net4u',
    help: 'the `aud` that tokens must carry',
    parse: (text) => text,
  }),
  OIDC_CLIENT_ID: setting({
    type: 'text',
    default: 'net4u-web',
    help: "the page's client id at the issuer",
    parse: (text) => text,
  }),
  ALLOWED_ORIGINS: setting<string[]>({
    type: 'origins, comma-separated',
    default: [],
    help: 'pages of other origins that may open sockets; the gateway’s own origin always may',
    parse: (text) =>
      text.split(',').map((item) => {
        const origin = item.trim();
        return URL.canParse(origin) && new URL(origin).origin === origin
          ? origin
          : wrong(`has "${origin}", which is not an origin`);
      }),
  }),
  OVERRIDE_LABELS: setting<string[]>({
    type: 'labels, comma-separated',
    default: [],
    help: 'labels of @override whose new side is in force for everybody; percent(n) needs none',
    parse: (text) => text.split(',').flatMap((label) => label.trim() || []),
  }),
  PUBLIC_URL: setting<string>({
    type: 'URL',
    help: 'the address users know the gateway by; unset: http://localhost:PORT',
    parse: (text) => http(text).replace(/\/+$/, ''),
  }),
  GATEWAY_SECRET: setting<string>({
    type: 'text of 32+',
    help: 'signs actors for the subgraphs; unset in development: made and kept in DATA_DIR',
    parse: secret,
    production: true,
  }),
  CURSOR_SECRET: setting<string>({
    type: 'text of 32+',
    help: 'seals cursors; unset in development: made and kept in DATA_DIR',
    parse: secret,
    production: true,
  }),
  REGION: setting({
    type: 'name',
    default: 'local',
    help: 'name of this installation',
    parse: (text) => (regionName.test(text) ? text : wrong('is not a name of small letters, digits and -')),
  }),
  REGION_NUMBER: setting({
    type: '1..127',
    default: 1,
    help: 'its number, different in each region: it begins every client id',
    parse: (text) =>
      /^\d{1,3}$/.test(text) && Number(text) >= 1 && Number(text) <= 127 ? Number(text) : wrong('is not within 1..127'),
  }),
  LINKS: setting<{ region: string; url: string }[]>({
    type: 'region=URL, comma-separated',
    default: [],
    help: "other installations whose plans of common networks are kept here too: their REGION and their gateway's address",
    parse: regions,
  }),
  LINK_KEYS: setting<string>({
    type: 'folder',
    help: 'the key that each linked region issued to this one, in a file of its name (README.md, Regions); unset: links in DATA_DIR',
    parse: (text) => text,
  }),
  SUPERGRAPH: setting<string>({
    type: 'file or folder',
    help: "the gateway's supergraph: a file of its SDL, or a folder of <subgraph>.graphql to compose; read again when it changes and at SIGUSR2; unset: schema/supergraph.graphql",
    parse: (text) => text,
  }),
  OPERATIONS: setting<'any' | 'persisted'>({
    type: 'any | persisted',
    default: 'any',
    help: "persisted: the gateway runs only the page's operations and those of PERSISTED_OPERATIONS",
    parse: (text) => (text === 'any' || text === 'persisted' ? text : wrong('is not any or persisted')),
  }),
  PERSISTED_OPERATIONS: setting<string>({
    type: 'folder',
    help: 'of .graphql files: documents that clients may send by their SHA-256',
    parse: (text) => text,
  }),
  COST_BUDGETS: setting({
    type: 'name=number, comma-separated',
    default: costBudgets,
    help: 'what one operation may cost, by who asks: seat, partner, person (without a seat)',
    parse: amounts(costBudgets),
  }),
  RATE_LIMITS: setting<Partial<typeof rateLimits>>({
    type: 'name=number, comma-separated, or off',
    help: 'unset: off, in production the defaults; of a principal: operations a second, cost a minute, open sockets, live subscriptions (streams), of a partner partnerOperations and partnerStreams in their place; of an address: addressSockets, addressRequests a second',
    parse: (text) => (text === 'off' ? {} : amounts(rateLimits)(text)),
  }),
  TRUSTED_PROXIES: setting<number | string[]>({
    type: 'number, or addresses and CIDR blocks, comma-separated',
    default: 0,
    help: 'reverse proxies before the gateway, whose x-forwarded-for is believed: how many there are, or where',
    parse: proxies,
  }),
  HEADER_RULES: setting<string>({
    type: 'file',
    help: 'JSON that says which headers of clients travel on to which subgraphs, and back (gateway/wire/headers.ts); unset: none',
    parse: (text) => text,
  }),
  LOG_LEVEL: setting<Level>({
    type: 'debug | info | warn | error',
    help: 'log lines below it are not written; debug has one for each operation of a subgraph; unset: warn, in production info',
    parse: (text) =>
      (levels as readonly string[]).includes(text) ? (text as Level) : wrong('is not debug, info, warn or error'),
  }),
  METRICS_PORT: setting<number>({
    type: 'port',
    help: 'where the gateway serves /metrics alone; unset: nowhere, in development on PORT to this machine only',
    parse: port,
  }),
  METRICS_HOST: setting({
    type: 'address',
    default: '127.0.0.1',
    help: 'address for METRICS_PORT: whoever reaches it reads the metrics',
    parse: (text) => text,
  }),
  OTEL_EXPORTER_OTLP_ENDPOINT: setting<string>({
    type: 'URL',
    help: "the collector of the gateway's traces, OTLP over HTTP; unset: none are made",
    parse: http,
  }),
  OTEL_EXPORTER_OTLP_HEADERS: setting<Record<string, string>>({
    type: 'name=value, comma-separated',
    default: {},
    help: 'sent to the collector',
    parse: (text) =>
      Object.fromEntries(
        text.split(',').map((item) => {
          const [, name, value] = /^\s*([\w-]+)=(.*?)\s*$/.exec(item) ?? [];
          return name && value !== undefined ? [name, decode(value)] : wrong('is not a list of name=value');
        }),
      ),
  }),
  OTEL_SERVICE_NAME: setting({
    type: 'text',
    default: 'net4u-gateway',
    help: 'what the gateway is called in traces',
    parse: (text) => text,
  }),
  OTEL_TRACES_SAMPLER_ARG: setting({
    type: '0..1',
    default: 1,
    help: 'the part of the operations that is traced',
    parse: (text) =>
      /^(0|1|[01]?\.\d+)$/.test(text) && Number(text) <= 1 ? Number(text) : wrong('is not within 0..1'),
  }),
  TRACE_CONTEXT: setting<'continue' | 'trust' | 'ignore'>({
    type: 'continue | trust | ignore',
    default: 'continue',
    help: "a client's traceparent: its trace goes on here, and trust lets it decide what is sampled and tells partners of it",
    parse: (text) =>
      text === 'continue' || text === 'trust' || text === 'ignore' ? text : wrong('is not continue, trust or ignore'),
  }),
  SMTP_URL: setting<string>({
    type: 'smtp URL',
    help: 'the server that takes mail, as in smtps://user:password@mail.example:465; unset: nothing is mailed',
    parse: urlOf('smtp:', 'smtps:'),
  }),
  MAIL_FROM: setting<string>({
    type: 'mailbox',
    help: 'whom mail is from, as in NET4U <notices@example.org>; needed with SMTP_URL',
    parse: (text) =>
      /^([^<>@"\p{Cc}]*<[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/u.test(text)
        ? text
        : wrong('is not a mailbox: notices@example.org, or Name <notices@example.org>'),
  }),
  WEBHOOKS: setting({
    type: 'name=number, comma-separated',
    default: webhookLimits,
    help: 'for an attempt to push an update; until an update that is not taken is a dead letter, and an endpoint that takes none is disabled',
    parse: amounts(webhookLimits),
  }),
  NETWORKS_URL: setting<string>({ type: 'URL', help: 'gateway alone: the networks subgraph', parse: http }),
  MEMBERS_URL: setting<string>({ type: 'URL', help: 'gateway alone: the members subgraph', parse: http }),
  WORKING_PLANS_URL: setting<string>({ type: 'URL', help: 'gateway alone: the working-plans subgraph', parse: http }),
  DISCUSSIONS_URL: setting<string>({ type: 'URL', help: 'gateway alone: the discussions subgraph', parse: http }),
};

type Table = typeof settings;
type ValueOf<S> = S extends Setting<infer T> ? T : never;
type MayBeUnset =
  | 'HOST'
  | 'DATABASE_URL'
  | 'REDIS_URL'
  | 'OIDC_ISSUER'
  | 'PUBLIC_URL'
  | 'GATEWAY_SECRET'
  | 'CURSOR_SECRET'
  | 'LINK_KEYS'
  | 'SUPERGRAPH'
  | 'PERSISTED_OPERATIONS'
  | 'HEADER_RULES'
  | 'LOG_LEVEL'
  | 'METRICS_PORT'
  | 'MAIL_FROM'
  | 'OTEL_EXPORTER_OTLP_ENDPOINT'
  | `${string}_URL`;
export type Config = { [K in keyof Table]: K extends MayBeUnset ? ValueOf<Table[K]> | undefined : ValueOf<Table[K]> };

/**
 * Reads the whole configuration.
 * @param required settings that this process cannot do without, whatever the mode
 * @param optional settings that this process does not use, so that production does not ask for them
 * @throws ConfigurationError that lists every mistake, not only the first
 */
export function readConfig(
  env: Record<string, string | undefined>,
  required: readonly (keyof Table)[] = [],
  optional: readonly (keyof Table)[] = [],
): Config {
  const production = env.NODE_ENV === 'production';
  const mistakes: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, entry] of Object.entries(settings) as [keyof Table, Setting<unknown>][]) {
    const text = env[name];
    values[name] = entry.default;
    if (text === undefined || text === '') {
      const needed = required.includes(name) || (production && entry.production && !optional.includes(name));
      if (needed) mistakes.push(`${name} is not set (${entry.type}): ${entry.help}.`);
      continue;
    }
    try {
      values[name] = entry.parse(text);
    } catch (error) {
      if (!(error instanceof Mistake)) throw error;
      mistakes.push(`${name} ${error.message}.`);
    }
  }
  if (values.GATEWAY_SECRET && values.GATEWAY_SECRET === values.CURSOR_SECRET) {
    mistakes.push('GATEWAY_SECRET and CURSOR_SECRET are the same: each needs its own.');
  }
  if (values.SMTP_URL && !values.MAIL_FROM) mistakes.push('MAIL_FROM is not set: SMTP_URL needs it.');
  if (production && values.SMTP_URL && !values.PUBLIC_URL)
    mistakes.push('PUBLIC_URL is not set: the links in mail begin with it.');
  if ((values.LINKS as Config['LINKS']).some(({ region }) => region === values.REGION)) {
    mistakes.push('LINKS has REGION itself: name the others.');
  }
  if (mistakes.length > 0) throw new ConfigurationError(mistakes.join('\n'));
  return values as Config;
}

/** What mailing needs; undefined where nothing is to be mailed. */
export const mailOf = ({ SMTP_URL: smtpUrl, MAIL_FROM: from, PUBLIC_URL, PORT }: Config) =>
  smtpUrl && from ? { smtpUrl, from, publicUrl: PUBLIC_URL ?? `http://localhost:${PORT}` } : undefined;
