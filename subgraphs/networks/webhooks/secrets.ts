import { createHmac, randomBytes } from 'node:crypto';
import { createSeal } from '../../../kit/seal.ts';

/** Secrets of endpoints: told once, kept sealed, since each delivery needs them. */
export interface Secrets {
  /** `whsec_` and 32 random bytes in base64, as Standard Webhooks has it. */
  make(): string;
  seal(endpointId: string, secret: string): string;
  /** @throws Error when CURSOR_SECRET is another one than it was */
  open(endpointId: string, sealed: string): string;
}

const prefix = 'whsec_';

/** @param secret CURSOR_SECRET */
export function createSecrets(secret: string, installation: string): Secrets {
  const sealOf = (endpointId: string) => createSeal(secret, `webhook\n${endpointId}\n${installation}`);
  return {
    make: () => `${prefix}${randomBytes(32).toString('base64')}`,
    seal: (endpointId, text) => sealOf(endpointId).close(text),
    open: (endpointId, sealed) => sealOf(endpointId).open(sealed),
  };
}

/**
 * @param sealed live ones of an endpoint, the newest first
 * @returns null when the newest cannot be read; an older one that cannot is left out, as it is on its way out anyhow
 */
export function openLive(secrets: Secrets, endpointId: string, sealed: readonly string[]): string[] | null {
  const found = sealed.map((one) => {
    try {
      return secrets.open(endpointId, one);
    } catch {
      return null;
    }
  });
  return found[0] == null ? null : found.filter((one) => one !== null);
}

/**
 * The header `webhook-signature`: a signature under each of the secrets, so that a receiver who knows any of them is content.
 * @param timestamp seconds since 1970, as in `webhook-timestamp`
 */
export const signBody = (secrets: readonly string[], id: string, timestamp: number, body: Buffer): string =>
  secrets
    .map((secret) => {
      const hmac = createHmac('sha256', Buffer.from(secret.slice(prefix.length), 'base64'));
      return `v1,${hmac.update(`${id}.${timestamp}.`).update(body).digest('base64')}`;
    })
    .join(' ');
