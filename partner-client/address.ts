import { orAborted } from './abort.ts';
import { UpdatesError } from './errors.ts';

/** Where the platform is, and who asks. */
export interface Door {
  /** The gateway's address: https://net4u.example */
  url: string;
  /** A partner's key, or a member's token. A function is asked for each connection, so that the key may be replaced meanwhile. */
  key: string | (() => string | Promise<string>);
}

export async function readKey({ key }: Door, signal?: AbortSignal): Promise<string> {
  const read = async () => (typeof key === 'string' ? key : key());
  return (await orAborted(read(), signal)).trim();
}

/** @throws UpdatesError UNAUTHENTICATED for what is no key, such as a file that is being written */
export function checkKey(key: string): void {
  if (!/^[\x21-\x7e]+$/.test(key))
    throw new UpdatesError('UNAUTHENTICATED', key === '' ? 'the key is empty' : 'this is no key');
}

/**
 * @param scheme `http` or `ws`; the address's own `s` stays
 * @throws UpdatesError ADDRESS_INVALID
 */
export function toGraphUrl({ url }: Door, scheme: 'http' | 'ws'): string {
  const address = URL.canParse(url) ? new URL(url) : undefined;
  if (!address || !/^(http|ws)s?:$/.test(address.protocol) || address.username !== '' || address.password !== '')
    throw new UpdatesError('ADDRESS_INVALID', `${url} is no address as in https://net4u.example`);
  const isSecure = address.protocol.endsWith('s:');
  const path = address.pathname.replace(/\/+$/, '').replace(/\/graphql$/, '');
  return `${scheme}${isSecure ? 's' : ''}://${address.host}${path}/graphql`;
}
