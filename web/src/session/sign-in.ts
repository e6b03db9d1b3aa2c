import { UserManager, WebStorageStateStore } from 'oidc-client-ts';
import { hasChosen, keepSession, mustChoose, type PageConfig, type Session } from './session.ts';

/** Authorization code with PKCE. This file is loaded only when somebody signs in. */
function createManager({ issuer, clientId }: PageConfig): UserManager {
  const store = new WebStorageStateStore({ store: sessionStorage, prefix: 'net4u.oidc.' });
  return new UserManager({
    authority: issuer,
    client_id: clientId,
    redirect_uri: `${location.origin}/signed-in`,
    scope: 'openid',
    stateStore: store,
    userStore: store,
    automaticSilentRenew: false,
    monitorSession: false,
    loadUserInfo: false,
  });
}

/** Leaves for the issuer; comes back to `returnTo` by way of /signed-in. @param choose asks who it is even if the issuer knows */
export async function beginSignIn(config: PageConfig, returnTo: string, choose = mustChoose()): Promise<void> {
  await createManager(config).signinRedirect({ state: returnTo, ...(choose && { prompt: 'login' }) });
}

/** @throws Error with what the issuer said; `access_denied` when nobody was chosen */
export async function finishSignIn(config: PageConfig): Promise<{ session: Session; returnTo: string }> {
  const manager = createManager(config);
  const user = await manager.signinRedirectCallback();
  await manager.removeUser(); // what the page needs of it is kept once, in the session
  const session: Session = {
    token: user.access_token,
    subject: user.profile.sub,
    name: user.profile.name ?? user.profile.sub,
    expiresAt: (user.expires_at ?? 0) * 1000,
  };
  keepSession(session);
  hasChosen();
  const returnTo = typeof user.state === 'string' && /^\/(?!\/)/.test(user.state) ? user.state : '/';
  return { session, returnTo };
}
