import { createHash } from 'node:crypto';
import type { Persona } from './persona.ts';

const style = `
:root { color-scheme: light; font: 1rem/1.5 system-ui, sans-serif; color: #1b1f24; background: #fff; }
body { max-width: 42rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .5rem; }
.note { border-left: .25rem solid #8a4b00; background: #fff4e5; padding: .75rem 1rem; margin: 1rem 0; }
ul { list-style: none; margin: 1.5rem 0; padding: 0; }
li { border-top: 1px solid #6b7480; padding: 1rem 0; }
p { margin: .5rem 0 0; }
form { margin: 0; }
button { font: inherit; font-weight: 600; min-height: 2.75rem; padding: .5rem 1rem; border: 2px solid #0b4f8a; border-radius: .25rem;
  background: #0b4f8a; color: #fff; text-align: start; cursor: pointer; }
button.quiet { background: #fff; color: #0b4f8a; }
button:hover { background: #083a66; border-color: #083a66; color: #fff; }
button:focus-visible { outline: 3px solid #1b1f24; outline-offset: 3px; }
`;

/** Our pages run no script and load nothing; their one style block is named by its hash. oidc-provider adds the hash of its own page's script. */
export function contentSecurityPolicy(formTargets: readonly string[]): string {
  const hash = createHash('sha256').update(style).digest('base64');
  return [
    "default-src 'none'",
    // Permits nothing by itself. 'none' would, but a browser complains of it as soon as a hash stands beside it.
    "script-src 'report-sample'",
    `style-src 'sha256-${hash}'`,
    // A browser also holds the redirects that follow a form to this list, so the application's own origins belong in it.
    `form-action 'self' ${formTargets.join(' ')}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const safe = (text: string) => text.replace(/[&<>"']/g, (character) => entities[character]!);

function page(title: string, content: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${safe(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${safe(title)}</h1>
${content}
</main>
</body>
</html>
`;
}

/** One button a persona. `action` is the path each form posts to: `<action>/<persona id>`, or `<action>` itself to go back. */
export function signInPage(personas: readonly Persona[], action: string): string {
  const items = personas.map(({ id, label, description, organisation, network }) => {
    const place = [organisation, network].filter(Boolean).join(' · ');
    return `<li><form method="post" action="${safe(`${action}/${id}`)}">
<button type="submit" aria-describedby="about-${id}">${safe(label)}</button>
<div id="about-${id}">${place ? `<p><strong>${safe(place)}</strong></p>` : ''}<p>${safe(description)} (<code>${id}</code>)</p></div>
</form></li>`;
  });
  return page(
    'Choose who to sign in as',
    `<p class="note"><strong>Development sign-in: sample personas, no passwords.</strong> None of them is a real person.</p>
<ul aria-label="Sample personas">
${items.join('\n')}
</ul>
<form method="post" action="${safe(action)}"><button type="submit" class="quiet">Go back without signing in</button></form>`,
  );
}

/** `form` is oidc-provider's own (id `op.logoutForm`, guarded against cross-site requests). */
export function signOutPage(form: string): string {
  return page(
    'Sign out of the development sign-in?',
    `${form}
<p><button type="submit" form="op.logoutForm" name="logout" value="yes">Sign out</button>
<button type="submit" form="op.logoutForm" class="quiet">Stay signed in</button></p>`,
  );
}

export function signedOutPage(): string {
  return page('Signed out', '<p>You are signed out of the development sign-in. You can close this page.</p>');
}

export function errorPage(error: string, description = ''): string {
  return page(
    'Sign-in did not work',
    `<p>${safe(description || 'The request could not be served.')}</p>
<p>Go back to the application and start again. Error code: <code>${safe(error)}</code></p>`,
  );
}
