import { BlockList, isIP } from 'node:net';

/** IPv4 that is not of the public internet, each block with what it is for. */
const closed4: [network: string, prefix: number, what: string][] = [
  ['0.0.0.0', 8, 'this host'],
  ['10.0.0.0', 8, 'private'],
  ['100.64.0.0', 10, 'shared by carriers; metadata of a cloud'],
  ['127.0.0.0', 8, 'loopback'],
  ['168.63.129.16', 32, 'metadata of a cloud'],
  ['169.254.0.0', 16, 'link-local; metadata of clouds'],
  ['172.16.0.0', 12, 'private'],
  ['192.0.0.0', 24, 'of protocols; metadata of a cloud'],
  ['192.0.2.0', 24, 'documentation'],
  ['192.88.99.0', 24, '6to4 relays'],
  ['192.168.0.0', 16, 'private'],
  ['198.18.0.0', 15, 'measurements'],
  ['198.51.100.0', 24, 'documentation'],
  ['203.0.113.0', 24, 'documentation'],
  ['224.0.0.0', 4, 'multicast'],
  ['240.0.0.0', 4, 'reserved; broadcast'],
];

/**
 * Of IPv6 only what is given out as global unicast is open. So ::, ::1, mapped and compatible IPv4, NAT64 (64:ff9b::/96 and
 * 64:ff9b:1::/48), unique local (fc00::/7), link-local, site-local and multicast are closed without being named.
 */
const global6: [network: string, prefix: number] = ['2000::', 3];
const closed6: typeof closed4 = [
  ['2001::', 23, 'of protocols: Teredo, benchmarks, ORCHID'],
  ['2001:db8::', 32, 'documentation'],
  ['2002::', 16, '6to4: holds any IPv4'],
  ['3fff::', 20, 'documentation'],
];

const listOf = (blocks: readonly (readonly [string, number, ...unknown[]])[], family: 'ipv4' | 'ipv6') => {
  const list = new BlockList();
  for (const [network, prefix] of blocks) list.addSubnet(network, prefix, family);
  return list;
};
const notPublic4 = listOf(closed4, 'ipv4');
const public6 = listOf([global6], 'ipv6');
const notPublic6 = listOf(closed6, 'ipv6');

/** @param address as a resolver or `URL` gives it; what is none is not public */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 4) return !notPublic4.check(address, 'ipv4');
  // one with a zone is of this link
  if (isIP(address) !== 6 || address.includes('%')) return false;
  return public6.check(address, 'ipv6') && !notPublic6.check(address, 'ipv6');
}

export const isLoopback = (address: string): boolean => address === '::1' || /^127\.\d+\.\d+\.\d+$/.test(address);
