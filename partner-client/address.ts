/** Where the platform is, and who asks. */
export interface Door {
  /** The gateway's address: https://net4u.example */
  url: string;
  /** A partner's key, or a member's token. A function is asked for each connection, so that the key may be replaced meanwhile. */
  key: string | (() => string | Promise<string>);
}

export const readKey = async ({ key }: Door): Promise<string> => (await (typeof key === 'string' ? key : key())).trim();

/** @param scheme `http` or `ws`; the address's own `s` stays */
export const toGraphUrl = ({ url }: Door, scheme: 'http' | 'ws'): string =>
  `${url
    .replace(/^(http|ws)/, scheme)
    .replace(/\/+$/, '')
    .replace(/\/graphql$/, '')}/graphql`;
