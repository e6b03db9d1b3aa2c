import { Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import { isLoopback, isPublicAddress } from './addresses.ts';
import type { WebhookFailure } from './entities.ts';

/** Finds the addresses of a name. @throws when there are none */
export type Resolve = (hostname: string) => Promise<string[]>;

export interface Reach {
  /** Endpoints may also be on this machine, by http and on any port. For tests only: no setting gives it. */
  allowLoopback?: boolean;
  resolve?: Resolve;
}

/** Why nothing was sent. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
  constructor(readonly failure: WebhookFailure) {
    super(failure);
  }
}

const ports = ['', '443', '8443'];
const longest = 2_000; // characters

/** The host of a URL as a resolver takes it: IPv6 without brackets, a name without its last dot. */
export const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');

const mayConnect = (address: string, { allowLoopback = false }: Reach): boolean =>
  isPublicAddress(address) || (allowLoopback && isLoopback(address));

/**
 * What can be judged of an address without asking anybody. `URL` has brought other ways to write an IPv4 address (0x7f.1, 017700000001) into the usual one.
 * @returns what is wrong with it; null if nothing is
 */
export function findFault(text: string, reach: Reach): string | null {
  if (text.length > longest) return `at most ${longest} characters`;
  if (!URL.canParse(text)) return 'not a URL';
  const url = new URL(text);
  // what is not ASCII is written longer
  if (url.href.length > longest) return `at most ${longest} characters, as it is sent`;
  const host = hostOf(url);
  const isHere = reach.allowLoopback === true && isLoopback(host);
  if (url.protocol !== 'https:' && !(isHere && url.protocol === 'http:')) return 'https only';
  if (url.username !== '' || url.password !== '') return 'without a user or a password';
  if (url.hash !== '') return 'without a fragment';
  if (!isHere && !ports.includes(url.port)) return 'port 443 or 8443';
  if (isIP(host)) return mayConnect(host, reach) ? null : 'an address of the public internet';
  const isName = /^(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z][a-z0-9-]{1,62}\.?$/i.test(host);
  return isName ? null : 'a full name, as in hooks.example.org';
}

const patience6 = 500; // ms for IPv6, once there is IPv4

/**
 * Asks name servers themselves: neither this machine's own names nor its search list lead anywhere. Of a name server that is silent when it is asked for IPv6,
 * as some are, only IPv4 is taken.
 * @param servers as in 9.9.9.9 or 127.0.0.1:5353; absent: this machine's
 */
export function createResolve(servers?: readonly string[]): Resolve {
  return async (hostname) => {
    const resolver = new Resolver({ timeout: 2_000, tries: 2 });
    if (servers) resolver.setServers(servers);
    const none = (): string[] => [];
    const later = resolver.resolve6(hostname).catch(none);
    const found = await resolver.resolve4(hostname).catch(none);
    if (found.length === 0) return later;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<string[]>((resolve) => {
      timer = setTimeout(resolve, patience6, []);
    });
    const more = await Promise.race([later, late]);
    clearTimeout(timer);
    resolver.cancel();
    return [...found, ...more];
  };
}
const askNameServers = createResolve();

/**
 * Where to connect. Whoever connects does so to one of these, and asks no name server again: a name that leads elsewhere a moment later does not matter.
 * @returns IPv4 first, as it is what everybody has; always in one order, so that a connection that is open is used again
 * @throws Unreachable when there is none, or when any of them is not of the public internet
 */
export async function findAddresses(url: URL, reach: Reach): Promise<string[]> {
  if (findFault(url.href, reach) !== null) throw new Unreachable('ADDRESS_REFUSED');
  const host = hostOf(url);
  if (isIP(host)) return [host];
  const found = await (reach.resolve ?? askNameServers)(host).catch(() => []);
  if (found.length === 0) throw new Unreachable('DNS_FAILED');
  if (!found.every((address) => mayConnect(address, reach))) throw new Unreachable('ADDRESS_REFUSED');
  return found.toSorted((a, b) => isIP(a) - isIP(b) || (a < b ? -1 : 1));
}
