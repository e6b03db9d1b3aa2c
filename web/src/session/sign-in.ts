import { ErrorResponse, InMemoryWebStorage, User, UserManager, WebStorageStateStore } from 'oidc-client-ts';
import { hasChosen, keepSession, mustChoose, type PageConfig, type Session } from './session.ts';

/** Authorization code with PKCE. This file is loaded only when somebody signs in, or stays signed in. */
function createManager({ issuer, clientId }: PageConfig): UserManager {
  return new UserManager({
    authority: issuer,
    client_id: clientId,
    redirect_uri: `${location.origin}/signed-in`,
    scope: 'openid',
    stateStore: new WebStorageStateStore({ store: sessionStorage, prefix: 'net4u.oidc.' }),
    // What the page needs of it is kept once, in the session.
    userStore: new WebStorageStateStore({ store: new InMemoryWebStorage() }),
    automaticSilentRenew: false,
    monitorSession: false,
    loadUserInfo: false,
    requestTimeoutInSeconds: 25,
  });
}

/** Leaves for the issuer; comes back to `returnTo` by way of /signed-in. @param choose asks who it is even if the issuer knows */
export async function beginSignIn(config: PageConfig, returnTo: string, choose = mustChoose()): Promise<void> {
  const manager = createManager(config);
  const { scopes_supported = [] } = await manager.metadataService.getMetadata();
  // OpenID Connect gives what outlives a token only to who is asked for consent.
  const stays = scopes_supported.includes('offline_access');
  const prompt = [choose && 'login', stays && 'consent'].filter(Boolean).join(' ');
  const scope = stays ? 'openid offline_access' : 'openid';
  await manager.signinRedirect({ state: returnTo, scope, ...(prompt && { prompt }) });
}

/** @throws Error with what the issuer said; `access_denied` when nobody was chosen */
export async function finishSignIn(config: PageConfig): Promise<{ session: Session; returnTo: string }> {
  const user = await createManager(config).signinRedirectCallback();
  const session = toSession(user, crypto.randomUUID());
  keepSession(session);
  hasChosen();
  const returnTo = typeof user.state === 'string' && /^\/(?!\/)/.test(user.state) ? user.state : '/';
  return { session, returnTo };
}

/** @returns the session with a token of its own, or null when the issuer gives none any more @throws Error when it does not answer */
export async function renewSession(config: PageConfig, session: Session): Promise<Session | null> {
  const manager = createManager(config);
  await manager.storeUser(toUser(session));
  try {
    const user = await manager.signinSilent();
    return user && user.profile.sub === session.subject ? { ...toSession(user, session.id), name: session.name } : null;
  } catch (error) {
    if (error instanceof ErrorResponse && !/^(server_error|temporarily_unavailable)$/.test(String(error.error)))
      return null;
    throw error;
  }
}

/** Tells the issuer that what would renew the session is not to be taken any more, where it wants to know. */
export async function revokeSession(config: PageConfig, session: Session): Promise<void> {
  const manager = createManager(config);
  await manager.storeUser(toUser(session));
  await manager.revokeTokens(['refresh_token']);
}

const AHEAD = 5 * 60_000; // ms

function toSession({ access_token, refresh_token, expires_at, profile }: User, id: string, now = Date.now()): Session {
  const expiresAt = (expires_at ?? 0) * 1000;
  return {
    token: access_token,
    subject: profile.sub,
    name: profile.name ?? profile.sub,
    expiresAt,
    renewAt: expiresAt - Math.min(AHEAD, (expiresAt - now) / 4),
    refreshToken: refresh_token,
    id,
  };
}

function toUser({ token, subject, refreshToken }: Session): User {
  return new User({
    access_token: token,
    token_type: 'Bearer',
    refresh_token: refreshToken,
    profile: { sub: subject, iss: '', aud: '', exp: 0, iat: 0 },
  } as ConstructorParameters<typeof User>[0]);
}
