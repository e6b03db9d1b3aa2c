import { jwtVerify, SignJWT } from 'jose';
import type { Actor } from './context.ts';
import { ApiError } from './errors.ts';

/** HTTP header of a request from the gateway to a subgraph; on graphql-ws the same text is `extensions.actor` of each subscribe. */
export const assertionHeader = 'x-net4u-actor';
const lifetime = 60; // seconds
const renewAfter = 30_000; // ms: an assertion is reused for half its life

const keyOf = (secret: string) => new TextEncoder().encode(secret);

export interface AssertionSigner {
  /** @param audience the subgraph's name: an assertion is worth nothing at another one */
  sign(actor: Actor, audience: string): Promise<string>;
}

/** Signs actors for subgraphs, HMAC-SHA256 under GATEWAY_SECRET, 60 s. Signatures are kept per actor object and renewed at half life. */
export function createAssertionSigner(secret: string, now: () => number = Date.now): AssertionSigner {
  const key = keyOf(secret);
  const kept = new WeakMap<Actor, Map<string, { text: string; at: number }>>();
  return {
    async sign(actor, audience) {
      if (actor.kind === 'SYSTEM') throw new Error('the SYSTEM actor never leaves its process');
      let byAudience = kept.get(actor);
      if (!byAudience) {
        byAudience = new Map();
        kept.set(actor, byAudience);
      }
      const at = now();
      const old = byAudience.get(audience);
      if (old && at - old.at < renewAfter) return old.text;
      const seconds = Math.floor(at / 1000);
      const text = await new SignJWT({ actor: actor as unknown as Record<string, unknown> })
        .setProtectedHeader({ alg: 'HS256', typ: 'actor+jwt' })
        .setAudience(audience)
        .setIssuedAt(seconds)
        .setExpirationTime(seconds + lifetime)
        .sign(key);
      byAudience.set(audience, { text, at });
      return text;
    },
  };
}

/**
 * Verifies what the gateway signed. Throws ApiError UNAUTHENTICATED for anything absent, forged, stale, or meant for
 * another subgraph. Verified texts are kept until they expire, so a busy client costs one verification a minute.
 */
export function createAssertionVerifier(secret: string, audience: string, now: () => number = Date.now) {
  const key = keyOf(secret);
  const verified = new Map<string, { actor: Actor; expires: number }>();
  return async function verify(text: unknown): Promise<Actor> {
    if (typeof text !== 'string' || text === '') {
      throw new ApiError('UNAUTHENTICATED', `${audience} answers only to its gateway: no assertion was sent.`);
    }
    const at = now();
    const known = verified.get(text);
    if (known && known.expires > at) return known.actor;
    try {
      const { payload } = await jwtVerify<{ actor: Actor }>(text, key, {
        algorithms: ['HS256'],
        typ: 'actor+jwt',
        audience,
        requiredClaims: ['exp'],
        currentDate: new Date(at),
        clockTolerance: 5,
      });
      if (!payload.actor?.kind || payload.actor.kind === 'SYSTEM') throw new Error('not an actor');
      if (verified.size >= 10_000) verified.clear();
      verified.set(text, { actor: payload.actor, expires: (payload.exp ?? 0) * 1000 });
      return payload.actor;
    } catch {
      throw new ApiError(
        'UNAUTHENTICATED',
        `${audience} refuses this assertion: it is forged, stale or for another subgraph.`,
      );
    }
  };
}
