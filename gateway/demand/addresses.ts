import type { IncomingMessage } from 'node:http';
import { BlockList, isIP, isIPv4 } from 'node:net';

/** Who may say in `x-forwarded-for` for whom they ask: so many proxies before this process, or those with addresses in these blocks. */
export type TrustedProxies = number | readonly string[];

/** Whose request it is, as a key to count by; undefined for this machine's own loopback, behind which many may stand. */
export type ReadAddress = (request: Pick<IncomingMessage, 'headers' | 'socket'>) => string | undefined;

/**
 * IPv6 counts by its /64, which is what one customer has; IPv4 written as IPv6 counts as IPv4. With no trusted proxies
 * the header is not believed: anybody could write it.
 * @param onIgnored called once if a request on loopback has the header all the same: a proxy stands before us, and its clients
 *   are not told apart
 */
export function createAddressReader(proxies: TrustedProxies = 0, onIgnored: () => void = () => {}): ReadAddress {
  let ignored = false;
  const isTrusted = typeof proxies === 'number' ? undefined : createBlocks(proxies);
  return ({ headers, socket }) => {
    let address = toPlain(socket.remoteAddress);
    if (proxies === 0 || address === undefined) {
      const key = toKey(address);
      if (key === undefined && !ignored && headers['x-forwarded-for'] !== undefined) {
        ignored = true;
        onIgnored();
      }
      return key;
    }
    const forwarded = String(headers['x-forwarded-for'] ?? '').split(',');
    // From the right: what a proxy that we trust has added says who spoke to it.
    for (let hop = 0; isTrusted ? isTrusted(address) : hop < (proxies as number); hop += 1) {
      const before = toPlain(forwarded.pop()?.trim());
      if (before === undefined) break;
      address = before;
    }
    return toKey(address);
  };
}

function createBlocks(cidrs: readonly string[]): (address: string) => boolean {
  const blocks = new BlockList();
  for (const cidr of cidrs) {
    const [network = '', prefix] = cidr.split('/');
    const family = isIPv4(network) ? 'ipv4' : 'ipv6';
    if (prefix === undefined) blocks.addAddress(network, family);
    else blocks.addSubnet(network, Number(prefix), family);
  }
  return (address) => blocks.check(address, isIPv4(address) ? 'ipv4' : 'ipv6');
}

/** Without port, brackets and zone; IPv4 as such. Undefined if it is no address. */
function toPlain(text: string | undefined): string | undefined {
  if (!text) return undefined;
  const bare = /^\[(.+)\](?::\d+)?$/.exec(text)?.[1] ?? /^(\d+(?:\.\d+){3}):\d+$/.exec(text)?.[1] ?? text;
  const address = (bare.split('%', 1)[0] as string).replace(/^::ffff:(?=\d+\.)/i, '');
  return isIP(address) ? address : undefined;
}

function toKey(address: string | undefined): string | undefined {
  if (address === undefined || address === '::1' || address.startsWith('127.')) return undefined;
  if (isIPv4(address)) return address;
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const behind = tail === '' ? [] : tail.split(':');
    const width = behind.length + (tail.includes('.') ? 1 : 0);
    while (groups.length + width < 8) groups.push('0');
    groups.push(...behind);
  }
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
