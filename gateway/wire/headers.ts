import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { assertionHeader } from '../../kit/assertion.ts';
import { ConfigurationError } from '../../kit/errors.ts';

/**
 * Which headers travel on; none do without a rule. As JSON in the file that HEADER_RULES names:
 * `{ "toSubgraphs": [{ "propagate": "x-tenant", "as": "x-organisation", "default": "none", "subgraphs": ["members"] },
 * { "insert": "x-region", "value": "africa" }], "toClient": [{ "propagate": "x-cost", "as": "x-subgraph-cost" }] }`.
 * What a client sends is for queries and mutations only: a subscription may serve many clients, so it carries inserted headers alone.
 * Of several subgraphs that answer the same header, the first one's goes to the client.
 */
export interface HeaderRules {
  toSubgraphs?: readonly (Propagate | Insert)[];
  toClient?: readonly Omit<Propagate, 'default'>[];
}
interface Propagate {
  propagate: string;
  /** Its name further on; absent: the same. */
  as?: string;
  /** Its value when the client sends none. */
  default?: string;
  /** Absent: all. */
  subgraphs?: readonly string[];
}
interface Insert {
  insert: string;
  value: string;
  subgraphs?: readonly string[];
}

export type Headers = Record<string, string>;

export interface HeaderTable {
  /** Of a client's headers, those that a rule names; undefined when there are none. */
  pick(headers: IncomingHttpHeaders): Headers | undefined;
  /**
   * Adds, as names and values in turn, what a request to this subgraph carries besides its own.
   * @param picked absent for what no one client asks for
   */
  addTo(headers: string[], subgraph: string, picked: Headers | undefined): void;
  /** What a subscription at this subgraph carries, in its extensions: only what rules insert. */
  inserted(subgraph: string): Headers | undefined;
  /** Sets on the client's response what this subgraph's answer has for it. Undefined when no rule asks for anything. */
  readonly toClient: ((subgraph: string, answered: IncomingHttpHeaders, response: ServerResponse) => void) | undefined;
}

const longest = 1_024; // characters of a value

/** The gateway's own, credentials, those of one connection, and those that say how to read a body. */
const ownNames = new RegExp(
  `^(authorization|www-authenticate|cookie2?|set-cookie2?|${assertionHeader}|x-net4u-.*|x-request-id|traceparent|tracestate|baggage|host|origin|` +
    'connection|keep-alive|te|trailer|transfer-encoding|upgrade|expect|proxy-.*|sec-.*|content-.*|accept|accept-encoding|' +
    'access-control-.*|cache-control|age|expires|vary|etag|strict-transport-security|x-forwarded-.*|forwarded|location|http2-settings)$',
);
const header = /^[a-z0-9!#$%&'*+.^_`|~-]{1,64}$/;
const printable = /^[\t\x20-\x7e]*$/;

/** @param subgraphs their names @throws ConfigurationError that says which rule is wrong */
export function createHeaderTable(rules: unknown, subgraphs: readonly string[]): HeaderTable {
  const { toSubgraphs, toClient } = readRules(rules ?? {}, subgraphs);
  const wanted = [...new Set(toSubgraphs.flatMap((rule) => ('propagate' in rule ? [rule.propagate] : [])))];
  const forSubgraph = new Map<string, (Propagate | Insert)[]>();
  for (const name of subgraphs) {
    const rules = toSubgraphs.filter((rule) => isFor(rule, name));
    if (rules.length > 0) forSubgraph.set(name, rules);
  }

  return {
    pick(headers) {
      if (wanted.length === 0) return undefined;
      const picked: Headers = {};
      for (const name of wanted) {
        const value = headers[name];
        if (typeof value !== 'string' || value.length > longest || !printable.test(value)) continue;
        picked[name] = value;
      }
      return picked;
    },
    addTo(headers, subgraph, picked) {
      const rules = forSubgraph.get(subgraph);
      if (!rules) return;
      for (const rule of rules) {
        if ('insert' in rule) headers.push(rule.insert, rule.value);
        else if (picked) {
          const value = picked[rule.propagate] ?? rule.default;
          if (value !== undefined) headers.push(rule.as ?? rule.propagate, value);
        }
      }
    },
    inserted(subgraph) {
      const rules = forSubgraph.get(subgraph)?.flatMap((rule) => ('insert' in rule ? [[rule.insert, rule.value]] : []));
      return rules?.length ? Object.fromEntries(rules) : undefined;
    },
    toClient:
      toClient.length === 0
        ? undefined
        : (subgraph, answered, response) => {
            if (response.headersSent) return;
            for (const rule of toClient) {
              const value = answered[rule.propagate];
              const name = rule.as ?? rule.propagate;
              if (!isFor(rule, subgraph) || typeof value !== 'string' || response.hasHeader(name)) continue;
              if (value.length <= longest && printable.test(value)) response.setHeader(name, value);
            }
          },
  };
}

const isFor = (rule: { subgraphs?: readonly string[] }, name: string) => rule.subgraphs?.includes(name) ?? true;

function readRules(rules: unknown, subgraphs: readonly string[]): Required<HeaderRules> {
  const wrong = (what: string): never => {
    throw new ConfigurationError(`HEADER_RULES: ${what}.`);
  };
  const known = (value: unknown, keys: readonly string[], where: string): Record<string, unknown> => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return wrong(`${where} is not an object`);
    for (const key of Object.keys(value)) if (!keys.includes(key)) wrong(`${where} has "${key}", which is not known`);
    return value as Record<string, unknown>;
  };
  const list = (value: unknown, where: string): unknown[] =>
    value === undefined ? [] : Array.isArray(value) ? value : wrong(`${where} is not a list`);
  const name = (value: unknown, where: string): string => {
    const text = typeof value === 'string' ? value.toLowerCase() : '';
    if (!header.test(text)) return wrong(`${where} is not the name of a header`);
    return ownNames.test(text) ? wrong(`${where} names ${text}, which never travels on`) : text;
  };
  const text = (value: unknown, where: string): string =>
    typeof value === 'string' && value.length <= longest && printable.test(value)
      ? value
      : wrong(`${where} is not a text that a header can hold`);
  const only = (value: unknown, where: string) => {
    if (value === undefined) return {};
    for (const one of list(value, where))
      if (!subgraphs.includes(one as string)) wrong(`${where} names "${one}", which is no subgraph`);
    return { subgraphs: value as string[] };
  };
  const propagate = (rule: Record<string, unknown>, where: string): Propagate => ({
    propagate: name(rule.propagate, `${where}.propagate`),
    ...(rule.as !== undefined && { as: name(rule.as, `${where}.as`) }),
    ...(rule.default !== undefined && { default: text(rule.default, `${where}.default`) }),
    ...only(rule.subgraphs, `${where}.subgraphs`),
  });
  const insert = (rule: Record<string, unknown>, where: string): Insert => ({
    insert: name(rule.insert, `${where}.insert`),
    value: text(rule.value, `${where}.value`),
    ...only(rule.subgraphs, `${where}.subgraphs`),
  });

  const whole = known(rules, ['toSubgraphs', 'toClient'], 'the file');
  return {
    toSubgraphs: list(whole.toSubgraphs, 'toSubgraphs').map((rule, i) => {
      const where = `toSubgraphs[${i}]`;
      return typeof rule === 'object' && rule !== null && 'insert' in rule
        ? insert(known(rule, ['insert', 'value', 'subgraphs'], where), where)
        : propagate(known(rule, ['propagate', 'as', 'default', 'subgraphs'], where), where);
    }),
    toClient: list(whole.toClient, 'toClient').map((rule, i) => {
      const where = `toClient[${i}]`;
      return propagate(known(rule, ['propagate', 'as', 'subgraphs'], where), where);
    }),
  };
}
