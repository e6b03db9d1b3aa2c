import { createHash } from 'node:crypto';
import { errors, type JWTPayload, jwtVerify } from 'jose';
import type { SignIn } from '../kit/context.ts';
import { ApiError } from '../kit/errors.ts';
import { hashPartnerKey } from '../kit/secrets.ts';
import { Cache } from './cache.ts';
import { describeDevice } from './device.ts';
import { createKeySource } from './keys.ts';

/** Who a token says is asking; what they may do is asked of members or networks (actors.ts). */
export type Principal =
  | {
      kind: 'PERSON';
      subject: string;
      seat: string | undefined;
      /** ms since 1970 */
      expires: number;
      /** Of the access token, sorted, each once; absent when it has none. */
      scopes?: readonly string[];
      /** What its person can end, wherever it is used. */
      session?: SignIn;
    }
  | { kind: 'PARTNER'; keyHash: string; expires: undefined };

/**
 * What is judged of a principal's session, as a text: of two tokens of one session the older may be refused and the newer not,
 * once the session was ended and the person has signed in anew.
 */
export function sessionOf(principal: Principal): string {
  if (principal.kind !== 'PERSON' || !principal.session) return '';
  const { id, issuedAt, authenticatedAt = 'unknown' } = principal.session;
  return `${id} ${authenticatedAt} ${issuedAt}`;
}

export interface OidcOptions {
  /** The issuer's identifier; its metadata lie below it at /.well-known/openid-configuration. */
  issuer: string;
  /** The `aud` a token must carry. */
  audience: string;
}

/** @param userAgent of the client, for its person to know the session by */
export type Authenticate = (authorization: unknown, seat?: unknown, userAgent?: unknown) => Promise<Principal>;

const algorithms = ['RS256', 'PS256', 'ES256', 'EdDSA'];
const types = new Set(['at+jwt', 'application/at+jwt', 'jwt']);
const longest = 8_192; // characters of a token
const longestSeat = 200; // characters of a seat's id
const refuse = (why: string) => new ApiError('UNAUTHENTICATED', why);

interface Verified {
  subject: string;
  expires: number;
  scopes?: readonly string[];
  session: Omit<SignIn, 'device'>;
}

/** `scope` is a text with spaces (RFC 8693); some issuers say `scp`, as such a text or as a list. */
function readScopes({ scope, scp }: Record<string, unknown>): readonly string[] {
  const texts = [scope, scp].flat().filter((one): one is string => typeof one === 'string');
  return [...new Set(texts.flatMap((text) => text.split(' ')).filter((one) => one !== ''))].sort();
}

/** Tokens of one sign-in that is renewed have one `sid`; where the issuer says none, each token is a session of its own. */
function readSession(payload: JWTPayload, token: string): Verified['session'] {
  const { sub, sid, jti, iat, exp, auth_time: proved } = payload;
  const name = [sid, jti].find((one) => typeof one === 'string' && one !== '') ?? token;
  const id = createHash('sha256')
    .update(JSON.stringify([sub, name]))
    .digest('base64url')
    .slice(0, 32);
  // who does not say when is held to have been issued long ago: whoever ends all sessions ends this one
  const times = { issuedAt: (iat ?? 0) * 1000, expiresAt: Number(exp) * 1000 };
  return { id: `session:${id}`, ...times, ...(typeof proved === 'number' && { authenticatedAt: proved * 1000 }) };
}

/**
 * Verifies `Bearer <JWT access token>` (signature by the issuer's published keys, algorithm, issuer, audience, type,
 * expiry) or `Bearer n4u_…` (shape only: networks knows the key). Verified tokens are remembered until they expire or the
 * issuer publishes other keys.
 * @throws ApiError UNAUTHENTICATED; ISSUER_UNAVAILABLE when the keys cannot be had
 */
export function createAuthenticator({ issuer, audience }: OidcOptions, now: () => number = Date.now): Authenticate {
  const verified = new Cache<Verified>(10_000);
  const keys = createKeySource(issuer, () => verified.prune(() => true));

  async function verify(token: string): Promise<Verified> {
    const known = verified.get(token);
    if (known && known.expires > now()) return known;
    try {
      const { payload, protectedHeader } = await jwtVerify(token, keys, {
        algorithms,
        issuer,
        audience,
        requiredClaims: ['sub', 'exp'],
        currentDate: new Date(now()),
      });
      if (!types.has(String(protectedHeader.typ).toLowerCase())) throw refuse('This is not an access token.');
      const scopes = readScopes(payload);
      const found = {
        subject: String(payload.sub),
        expires: Number(payload.exp) * 1000,
        ...(scopes.length > 0 && { scopes }),
        session: readSession(payload, token),
      };
      verified.set(token, found);
      return found;
    } catch (error) {
      if (error instanceof ApiError) throw error;
      if (error instanceof errors.JWTExpired) throw refuse('Your sign-in has expired: sign in again.');
      throw refuse('This token was not issued for this service, or it was altered: sign in again.');
    }
  }

  return async (authorization, seat, userAgent) => {
    const [, token] =
      /^Bearer +([\w.~+/=-]+)$/i.exec(typeof authorization === 'string' ? authorization.trim() : '') ?? [];
    if (!token) throw refuse('Sign in first: send `authorization: Bearer <token>`.');
    if (token.length > longest) throw refuse('This token is longer than any that is issued for this service.');
    if (typeof seat === 'string' && seat.length > longestSeat)
      throw refuse('You are signed in, but do not hold a seat of such a name.');
    if (token.startsWith('n4u_')) return { kind: 'PARTNER', keyHash: hashPartnerKey(token), expires: undefined };
    const { session, ...rest } = await verify(token);
    return {
      kind: 'PERSON',
      seat: typeof seat === 'string' && seat !== '' ? seat : undefined,
      ...rest,
      session: { ...session, device: describeDevice(userAgent) },
    };
  };
}
