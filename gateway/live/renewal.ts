import { ApiError } from '../../kit/errors.ts';
import type { Authenticate, Principal } from '../auth.ts';

/** What came of a ping that brought a token; `answer` is what its pong says. */
export type Renewal =
  | { principal: Principal; answer: { expiresAt: string | null } }
  | { refusal: ApiError; answer: { error: { code: string; message: string } } };

/**
 * Judges a new token on an open socket: `{ authorization: "Bearer <token>" }` in the payload of a ping. It must be of the same subject,
 * or the same partner key; the seat stays.
 * @returns undefined if the payload brings none
 */
export async function renewPrincipal(
  authenticate: Authenticate,
  current: Principal,
  payload: unknown,
): Promise<Renewal | undefined> {
  const { authorization } = (payload ?? {}) as { authorization?: unknown };
  if (typeof authorization !== 'string') return undefined;
  try {
    const principal = await authenticate(authorization, current.kind === 'PERSON' ? current.seat : undefined);
    if (!isSame(current, principal))
      throw new ApiError('UNAUTHENTICATED', 'This token is of somebody else: open another socket for it.');
    const { expires } = principal;
    if (principal.kind === 'PERSON' && principal.session && current.kind === 'PERSON')
      principal.session = { ...principal.session, device: current.session?.device ?? principal.session.device };
    return { principal, answer: { expiresAt: expires === undefined ? null : new Date(expires).toISOString() } };
  } catch (error) {
    const known = error instanceof ApiError ? error : new ApiError('INTERNAL', 'Try again.');
    return { refusal: known, answer: { error: { code: known.code, message: known.message } } };
  }
}

const isSame = (a: Principal, b: Principal): boolean =>
  a.kind === 'PERSON'
    ? b.kind === 'PERSON' && a.subject === b.subject
    : b.kind === 'PARTNER' && a.keyHash === b.keyHash;
