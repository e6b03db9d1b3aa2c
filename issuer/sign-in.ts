import type Provider from 'oidc-provider';
import type { InteractionResults } from 'oidc-provider';
import { errorPage, signInPage } from './pages.ts';
import type { Persona } from './persona.ts';

type Middleware = Parameters<Provider['use']>[0];

/** Where a sign-in is shown, below the issuer's path. */
export const SIGN_IN = '/sign-in';

/**
 * GET `/sign-in/UID` shows the personas, POST `/sign-in/UID/PERSONA` signs in as one, POST `/sign-in/UID` goes back unsigned.
 * The cookie that oidc-provider set for this UID must come along (SameSite=Lax), so no other site can post here.
 */
export function signIn(provider: Provider, personas: readonly Persona[], path: string): Middleware {
  return async (ctx, next) => {
    const [, uid, id] = /^\/sign-in\/([\w-]+)(?:\/([\w-]+))?$/.exec(ctx.path) ?? [];
    if (!uid) return next();

    ctx.type = 'html';
    ctx.set('cache-control', 'no-store');
    const interaction = await provider.interactionDetails(ctx.req, ctx.res).catch(() => undefined);
    if (interaction?.uid !== uid) {
      ctx.status = 400;
      ctx.body = errorPage('expired', 'This sign-in has expired, or it was begun in another browser.');
      return;
    }
    const finish = async (result: InteractionResults) => {
      const target = await provider.interactionResult(ctx.req, ctx.res, result);
      ctx.redirect(target);
      ctx.status = 303;
    };

    // Asked for by offline_access only. The one client is our own: there is nobody to ask.
    if (interaction.prompt.name === 'consent') return finish({ consent: {} });

    if (ctx.method === 'GET' && !id) {
      ctx.body = signInPage(personas, `${path}${SIGN_IN}/${uid}`);
    } else if (ctx.method === 'POST' && !id) {
      await finish({ error: 'access_denied', error_description: 'nobody was chosen' });
    } else if (ctx.method === 'POST') {
      const persona = personas.find((each) => each.id === id);
      if (persona) return finish({ login: { accountId: persona.subject } });
      ctx.status = 400;
      ctx.body = errorPage('unknown_persona', 'There is no such persona.');
    } else {
      ctx.status = 405;
      ctx.set('allow', id ? 'POST' : 'GET, POST');
      ctx.body = errorPage('method_not_allowed');
    }
  };
}
