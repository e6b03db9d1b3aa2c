import { randomUUID } from 'node:crypto';
import { importJWK, type JWTHeaderParameters, type JWTPayload, SignJWT } from 'jose';
import { IssuerError } from './errors.ts';
import { ALGORITHM, readKeys } from './keys.ts';
import { PARTNER } from './persona.ts';

/** Seconds an access token lives: 8 h, one working day. */
export const TOKEN_LIFE = 8 * 60 * 60;

export interface SignTokenOptions {
  /** As given to the platform; its `dev/issuer.json` is read. */
  dataDir: string;
  /** A persona's id. */
  persona: string;
  /** Seconds from now, 8 h unless told. Negative makes an expired token. */
  expiresIn?: number;
  /** Claims that replace the usual ones; `undefined` leaves one out. */
  overrides?: JWTPayload;
  /** Header members that replace the usual ones. */
  header?: Partial<JWTHeaderParameters>;
  /** Milliseconds since 1970. */
  clock?: () => number;
}

/**
 * An access token (RFC 9068, `at+jwt`, ES256) as the development issuer gives it, without its sign-in.
 * @throws IssuerError NOT_STARTED, BAD_FILE, UNKNOWN_PERSONA with the known ones in its message.
 */
export async function signToken(options: SignTokenOptions): Promise<string> {
  const { dataDir, persona: id, expiresIn = TOKEN_LIFE, overrides, header, clock = Date.now } = options;
  const { issuer, audience, personas, key } = await readKeys(dataDir);
  const persona = personas.find((each) => each.id === id);
  if (!persona) {
    const known = [...personas.map((each) => each.id), PARTNER].join(', ');
    throw new IssuerError('UNKNOWN_PERSONA', `unknown persona ${JSON.stringify(id)}; known: ${known}`);
  }
  const now = Math.floor(clock() / 1000);
  const claims: JWTPayload = {
    iss: issuer,
    aud: audience,
    sub: persona.subject,
    client_id: 'net4u-cli',
    iat: now,
    exp: now + expiresIn,
    jti: randomUUID(),
    ...overrides,
  };
  return new SignJWT(claims)
    .setProtectedHeader({ alg: ALGORITHM, typ: 'at+jwt', kid: key.kid, ...header })
    .sign(await importJWK(key, ALGORITHM));
}
