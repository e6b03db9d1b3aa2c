/** Who is signed in, in this tab: kept in sessionStorage, so that it ends with the tab and survives a reload. */
export interface Session {
  token: string;
  subject: string;
  name: string;
  /** Milliseconds since 1970. */
  expiresAt: number;
  /** When to ask for another token, ms since 1970: five minutes before the end, or a quarter of a short life. */
  renewAt: number;
  /** For another token before this one ends; it works once. Absent where the identity provider gives none. */
  refreshToken?: string | undefined;
  /** Of this sign-in, in whatever tabs it was copied to. */
  id: string;
}

/** What the page is told before anybody has signed in. */
export interface PageConfig {
  issuer: string;
  clientId: string;
  audience: string;
  development: boolean;
}

const KEY = 'net4u.session';
const DRAFTS = 'net4u.draft ';
const CHOOSE = 'net4u.choose';

export function readSession(now = Date.now()): Session | null {
  try {
    const session = JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as Session | null;
    // One that can be renewed may have ended: also without a connection the person goes on with what is on the device.
    return session && (session.expiresAt > now || session.refreshToken) ? session : null;
  } catch {
    return null;
  }
}

export function keepSession(session: Session): void {
  sessionStorage.setItem(KEY, JSON.stringify(session));
}

/** The next sign-in of this tab asks who it is, even if the issuer still knows somebody. */
export function endSession(): void {
  for (const key of Object.keys(sessionStorage)) if (key.startsWith(DRAFTS)) sessionStorage.removeItem(key);
  sessionStorage.removeItem(KEY);
  sessionStorage.setItem(CHOOSE, '1');
}

export const mustChoose = (): boolean => sessionStorage.getItem(CHOOSE) !== null;
export const hasChosen = (): void => sessionStorage.removeItem(CHOOSE);

const CONFIG = 'net4u.config';

/** As this tab last heard it, to begin with. */
export function recallConfig(): PageConfig | null {
  return JSON.parse(sessionStorage.getItem(CONFIG) ?? 'null') as PageConfig | null;
}

export async function readConfig(): Promise<PageConfig> {
  const response = await fetch('/config.json');
  const config = (await response.json()) as PageConfig;
  sessionStorage.setItem(CONFIG, JSON.stringify(config));
  return config;
}

/** What somebody has written and not sent, of one thing: it survives a reload and a sign-in, and ends with the tab. */
export const readDraft = (subject: string, of: string): string =>
  sessionStorage.getItem(`${DRAFTS}${subject} ${of}`) ?? '';

export function keepDraft(subject: string, of: string, text: string): void {
  const key = `${DRAFTS}${subject} ${of}`;
  try {
    if (text) sessionStorage.setItem(key, text);
    else sessionStorage.removeItem(key);
  } catch {} // no room: it is still on the page
}
