import type { Configuration, KoaContextWithOIDC } from 'oidc-provider';
import { ALGORITHM, type Keys } from './keys.ts';
import { errorPage, signedOutPage, signOutPage } from './pages.ts';
import type { Persona } from './persona.ts';
import { TOKEN_LIFE } from './sign.ts';
import { SIGN_IN } from './sign-in.ts';
import { memoryStorage } from './storage.ts';

/** The one public client: the web application. */
export const WEB_CLIENT = 'net4u-web';

/** oidc-provider wants a URI to name what a token is for; the token's `aud` is the audience as given. */
const RESOURCE = 'urn:net4u:graph';
const SCOPE = 'openid offline_access';
const DAY = 24 * 60 * 60;

export interface ConfigurationOptions {
  /** The issuer's path without a trailing slash: '' or '/issuer'. */
  path: string;
  /** Distinguishes the cookies of several issuers on one host: browsers share cookies between ports. */
  port: string;
  keys: Keys;
  personas: readonly Persona[];
  redirectUris: string[];
  postLogoutRedirectUris: string[];
}

/** Code + PKCE (S256) for one public client, ES256 JWT access tokens of 8 h, everything else off. */
export function configuration(options: ConfigurationOptions): Configuration {
  const { path, port, keys, personas, redirectUris, postLogoutRedirectUris } = options;
  const origins = new Set(redirectUris.map((uri) => new URL(uri).origin));
  const cookie = { path: path || '/', httpOnly: true, sameSite: 'lax', signed: true } as const;
  return {
    adapter: memoryStorage(),
    jwks: { keys: [keys.key] },
    cookies: {
      keys: keys.cookieKeys,
      names: { session: `net4u_${port}_session`, interaction: `net4u_${port}_sign_in`, resume: `net4u_${port}_resume` },
      long: cookie,
      // Its path is set by oidc-provider to the one sign-in it belongs to.
      short: { ...cookie, path: undefined },
    },
    clients: [
      {
        client_id: WEB_CLIENT,
        client_name: 'NET4U',
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        redirect_uris: redirectUris,
        post_logout_redirect_uris: postLogoutRedirectUris,
        id_token_signed_response_alg: ALGORITHM,
      },
    ],
    clientBasedCORS: (_ctx, origin) => origins.has(origin),
    clientAuthMethods: ['none'],
    responseTypes: ['code'],
    scopes: SCOPE.split(' '),
    claims: { openid: ['sub', 'name'] },
    conformIdTokenClaims: false,
    // Tokens of one sign-in, renewed ones too, are one session to the platform; once it is ended, only signing in anew begins another.
    extraTokenClaims({ oidc: { entities } }) {
      const from = entities.RefreshToken ?? entities.AuthorizationCode;
      return from && { sid: from.grantId, auth_time: from.authTime };
    },
    pkce: { required: () => true },
    findAccount: (_ctx, subject) => {
      const persona = personas.find((each) => each.subject === subject);
      if (!persona) return undefined;
      return { accountId: subject, claims: async () => ({ sub: subject, name: persona.label }) };
    },
    loadExistingGrant,
    interactions: { url: (_ctx, interaction) => `${path}${SIGN_IN}/${interaction.uid}` },
    ttl: {
      AccessToken: TOKEN_LIFE,
      AuthorizationCode: 60,
      IdToken: TOKEN_LIFE,
      RefreshToken: DAY,
      Interaction: 60 * 60,
      Session: DAY,
      Grant: DAY,
    },
    features: {
      devInteractions: { enabled: false },
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      revocation: { enabled: false },
      userinfo: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => RESOURCE,
        useGrantedResource: () => true,
        // Any other resource a client names is answered with our audience too: there is one thing to have a token for.
        getResourceServerInfo: () => ({
          scope: '',
          audience: keys.audience,
          accessTokenTTL: TOKEN_LIFE,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: ALGORITHM } },
        }),
      },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx, form) => {
          ctx.body = signOutPage(form);
        },
        postLogoutSuccessSource: (ctx) => {
          ctx.body = signedOutPage();
        },
      },
    },
    renderError: (ctx, { error, error_description }) => {
      ctx.type = 'html';
      ctx.body = errorPage(error, error_description);
    },
  };
}

/** Consent is never asked for: the first request of a signed-in persona makes the grant. */
async function loadExistingGrant(ctx: KoaContextWithOIDC) {
  const { client, session, provider } = ctx.oidc;
  const id = session!.grantIdFor(client!.clientId);
  const kept = id ? await provider.Grant.find(id) : undefined;
  if (kept) return kept;
  const grant = new provider.Grant({ clientId: client!.clientId, accountId: session!.accountId });
  grant.addOIDCScope(SCOPE);
  grant.addOIDCClaims(['sub', 'name']);
  await grant.save();
  return grant;
}
