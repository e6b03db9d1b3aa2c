import { hold, LETTING_GO } from '../../co-editing/device-shelf.ts';
import { keepSession, readConfig, recallConfig, type Session } from './session.ts';

const AGAIN = 20_000; // ms until it is tried again, where nobody answers
const SOON = 10 * 60_000; // ms before its end at which a sign-in that cannot be renewed is spoken of
const LONGEST = 2 ** 31 - 1; // that a timer waits

/**
 * Keeps somebody signed in: another token before the one they have ends.
 *
 * What renews a token works once, and an issuer that gets it twice ends the whole sign-in. A copied tab has it too, so that only the tab which holds the
 * sign-in's lock uses it; the copy stays signed in as long as its token.
 */
export class Renewal {
  #session: Session;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: Promise<string | null> | undefined;
  #isOurs: Promise<boolean> | undefined;
  #free: (() => void) | undefined;
  #stopped = false;

  /** @param tell gets the session whenever it is another: with a new token, or without the means to have one */
  constructor(
    session: Session,
    private readonly tell: (session: Session) => void,
  ) {
    this.#session = session;
  }

  start(): void {
    this.#stopped = false;
    this.#schedule();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#free?.();
    this.#isOurs = undefined;
  }

  /** Another token, now; null when the sign-in has ended. @throws Error when the issuer does not answer */
  readonly renew = (): Promise<string | null> => {
    this.#running ??= this.#renew().finally(() => {
      this.#running = undefined;
      this.#schedule();
    });
    return this.#running;
  };

  async #renew(): Promise<string | null> {
    if (!this.#session.refreshToken) return null;
    this.#isOurs ??= this.#hold();
    if (!(await this.#isOurs)) return this.#giveUp();
    const [config, { renewSession }] = await Promise.all([recallConfig() ?? readConfig(), import('./sign-in.ts')]);
    const next = await renewSession(config, this.#session);
    if (!next) return this.#giveUp();
    this.#keep(next);
    return next.token;
  }

  /** After a reload the browser may free the lock of the page before a moment late. */
  async #hold(): Promise<boolean> {
    if (!navigator.locks) return true;
    this.#free = await hold(`sign-in ${this.#session.id}`, LETTING_GO);
    return this.#free !== undefined;
  }

  #giveUp(): null {
    this.#keep({ ...this.#session, refreshToken: undefined });
    return null;
  }

  #keep(session: Session): void {
    this.#session = session;
    if (this.#stopped) return; // signed out meanwhile
    keepSession(session);
    this.tell(session);
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    if (this.#stopped || !this.#session.refreshToken) return;
    this.#isOurs ??= this.#hold();
    const left = this.#session.renewAt - Date.now();
    this.#timer = setTimeout(() => void this.renew().catch(() => this.#retry()), Math.min(Math.max(left, 0), LONGEST));
  }

  #retry(): void {
    clearTimeout(this.#timer);
    if (!this.#stopped) this.#timer = setTimeout(() => void this.renew().catch(() => this.#retry()), AGAIN);
  }
}

/** How long until it is to be said that the sign-in ends, ms; null: it will be renewed. */
export const timeToWarn = ({ expiresAt, refreshToken }: Session, now = Date.now()): number | null =>
  refreshToken ? null : Math.min(Math.max(0, expiresAt - SOON - now), LONGEST);
