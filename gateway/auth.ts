import { createRemoteJWKSet, errors, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { ApiError } from '../kit/errors.ts';
import { hashPartnerKey } from '../kit/secrets.ts';

/** Who a token says is asking; what they may do is asked of members or networks (actors.ts). */
export type Principal =
  | { kind: 'PERSON'; subject: string; seat: string | undefined /** ms since 1970 */; expires: number }
  | { kind: 'PARTNER'; keyHash: string; expires: undefined };

export interface OidcOptions {
  /** The issuer's identifier; its metadata lie below it at /.well-known/openid-configuration. */
  issuer: string;
  /** The `aud` a token must carry. */
  audience: string;
}

export type Authenticate = (authorization: unknown, seat?: unknown) => Promise<Principal>;

const algorithms = ['RS256', 'PS256', 'ES256', 'EdDSA'];
const types = new Set(['at+jwt', 'application/at+jwt', 'jwt']);
const refuse = (why: string) => new ApiError('UNAUTHENTICATED', why);

/**
 * Verifies `Bearer <JWT access token>` (signature by the issuer's published keys, algorithm, issuer, audience, type,
 * expiry) or `Bearer n4u_…` (shape only: networks knows the key). The issuer's metadata and keys are fetched at the first
 * token, and kept. Verified tokens are remembered until they expire.
 * @throws ApiError UNAUTHENTICATED; ISSUER_UNAVAILABLE when the keys cannot be had
 */
export function createAuthenticator({ issuer, audience }: OidcOptions, now: () => number = Date.now): Authenticate {
  const keys = createKeySource(issuer);
  const verified = new Map<string, { subject: string; expires: number }>();

  async function verify(token: string): Promise<{ subject: string; expires: number }> {
    const known = verified.get(token);
    if (known && known.expires > now()) return known;
    try {
      const { payload, protectedHeader } = await jwtVerify(token, await keys(), {
        algorithms,
        issuer,
        audience,
        requiredClaims: ['sub', 'exp'],
        currentDate: new Date(now()),
      });
      if (!types.has(String(protectedHeader.typ).toLowerCase())) throw refuse('This is not an access token.');
      const found = { subject: String(payload.sub), expires: Number(payload.exp) * 1000 };
      if (verified.size >= 10_000) verified.clear();
      verified.set(token, found);
      return found;
    } catch (error) {
      if (error instanceof ApiError) throw error;
      if (error instanceof errors.JWTExpired) throw refuse('Your sign-in has expired: sign in again.');
      if (error instanceof errors.JWKSTimeout || !(error instanceof errors.JOSEError)) throw unreachable();
      throw refuse('This token was not issued for this service, or it was altered: sign in again.');
    }
  }

  return async (authorization, seat) => {
    const [, token] =
      /^Bearer +([\w.~+/=-]+)$/i.exec(typeof authorization === 'string' ? authorization.trim() : '') ?? [];
    if (!token) throw refuse('Sign in first: send `authorization: Bearer <token>`.');
    if (token.startsWith('n4u_')) return { kind: 'PARTNER', keyHash: hashPartnerKey(token), expires: undefined };
    const { subject, expires } = await verify(token);
    return { kind: 'PERSON', subject, seat: typeof seat === 'string' && seat !== '' ? seat : undefined, expires };
  };
}

const unreachable = () => new ApiError('ISSUER_UNAVAILABLE', 'The sign-in issuer does not answer: try again.');

function createKeySource(issuer: string): () => Promise<JWTVerifyGetKey> {
  let keys: Promise<JWTVerifyGetKey> | undefined;
  const discover = async () => {
    const answer = await fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, {
      signal: AbortSignal.timeout(5_000),
    });
    const metadata = answer.ok ? ((await answer.json()) as { issuer?: string; jwks_uri?: string }) : {};
    if (metadata.issuer !== issuer || !metadata.jwks_uri) throw unreachable();
    return createRemoteJWKSet(new URL(metadata.jwks_uri), { timeoutDuration: 5_000 });
  };
  return () => {
    keys ??= discover().catch(() => {
      keys = undefined;
      throw unreachable();
    });
    return keys;
  };
}
