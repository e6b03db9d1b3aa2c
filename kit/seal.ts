import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto';

/** Encrypts and authenticates text under a secret, bound to a context: what was sealed for another context does not open. */
export interface Seal {
  /** @returns base64url; equal texts give equal seals */
  close(text: string): string;
  /** @throws Error when altered, or sealed under another secret or for another context */
  open(sealed: string): string;
}

/** AES-256-GCM. The IV is derived from the text (as in AES-SIV), so that no IV repeats for two texts. */
export function createSeal(secret: string, context: string): Seal {
  const derived = Buffer.from(hkdfSync('sha256', secret, 'net4u-seal', context, 64));
  const key = derived.subarray(0, 32);
  const ivKey = derived.subarray(32);
  return {
    close(text) {
      const bytes = Buffer.from(text);
      const iv = createHmac('sha256', ivKey).update(bytes).digest().subarray(0, 12);
      const cipher = createCipheriv('aes-256-gcm', key, iv);
      return Buffer.concat([iv, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]).toString('base64url');
    },
    open(sealed) {
      const bytes = Buffer.from(sealed, 'base64url');
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12), { authTagLength: 16 });
      decipher.setAuthTag(bytes.subarray(-16));
      return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString();
    },
  };
}
