import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { ApiError } from '../kit/errors.ts';

const timeout = 5_000; // ms for each of the issuer's two answers
const refreshAfter = 600_000; // ms after which the keys are asked for again, beside the work
const between = 1_000; // ms from one look at the issuer to the next, however many tokens name unknown keys

const unreachable = () => new ApiError('ISSUER_UNAVAILABLE', 'The sign-in issuer does not answer: try again.');

/**
 * The keys an issuer publishes, found by its metadata at the first token. The last good set stays in use while the issuer
 * does not answer. A token that names a key not in the set waits for one look at the issuer that began after it came,
 * so that no good token is refused while keys rotate.
 * @param onChange called when the issuer publishes another set: what the old one vouched for is to be judged again
 * @returns a function that throws ApiError ISSUER_UNAVAILABLE, or what jose throws when no key fits
 */
export function createKeySource(issuer: string, onChange: () => void): JWTVerifyGetKey {
  let known: { find: JWTVerifyGetKey; text: string; at: number } | undefined;
  let loading: Promise<JWTVerifyGetKey> | undefined;
  let began = Number.NEGATIVE_INFINITY;

  async function look(): Promise<JWTVerifyGetKey> {
    const wait = began + between - Date.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, Math.min(wait, between)));
    began = Date.now();
    const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const metadata = (await getJson(url)) as { issuer?: string; jwks_uri?: string } | null;
    if (metadata?.issuer !== issuer || !metadata.jwks_uri) throw unreachable();
    const keys = await getJson(metadata.jwks_uri);
    const text = JSON.stringify(keys);
    const changed = known !== undefined && known.text !== text;
    known = {
      find: known && !changed ? known.find : createLocalJWKSet(keys as JSONWebKeySet),
      text,
      at: Date.now(),
    };
    if (changed) onChange();
    return known.find;
  }
  const load = () => {
    loading ??= look()
      .catch(() => {
        throw unreachable();
      })
      .finally(() => {
        loading = undefined;
      });
    return loading;
  };

  return async (header, token) => {
    const find = known?.find ?? (await load());
    if (known && Date.now() - known.at > refreshAfter) load().catch(() => {});
    try {
      return await find(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      // A look under way may have read the keys before the token's was published: its answer alone does not refuse.
      if (loading) {
        try {
          return await (await loading)(header, token);
        } catch (again) {
          if (!(again instanceof errors.JWKSNoMatchingKey)) throw again;
        }
      }
      return (await load())(header, token);
    }
  };
}

async function getJson(url: string): Promise<unknown> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(timeout) });
  if (!answer.ok) throw unreachable();
  return answer.json();
}
