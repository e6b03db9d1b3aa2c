import { useState } from 'react';
import { countUnsaved, forgetSaved } from '../../co-editing/device-shelf.ts';
import { here } from '../navigate.ts';
import type { PageConfig, Session } from '../session/session.ts';
import { signIn } from '../session/start-page.tsx';
import { formatTime, type Language, languages, useWords } from '../words/words.ts';
import { Link } from './link.tsx';

export function Bar(props: {
  session: Session | null;
  config: PageConfig | null;
  language: Language;
  onLanguage: (language: Language) => void;
  onSignOut: () => void;
  ended: boolean;
  /** The sign-in ends then, ms since 1970, and nothing will renew it. */
  endsAt: number | null;
  /** Somebody is just signing in: room is kept for who it is. */
  coming: boolean;
  /** Notices that wait to be read; null: not known, or nobody tells this person anything. */
  unread: number | null;
}) {
  const { session, config, language, onLanguage, onSignOut, ended, endsAt, coming, unread } = props;
  const words = useWords();
  const [staying, setStaying] = useState(0);

  const leave = async () => {
    if (!session) return;
    const unsaved = await countUnsaved(session.subject).catch(() => new Map<string, number>());
    const left = [...unsaved.values()].reduce((sum, count) => sum + count, 0);
    if (left > 0 && staying === 0) return setStaying(left);
    setStaying(0);
    onSignOut(); // closes the plan, which then lets go of what it keeps
    await forgetSaved(session.subject).catch(() => {});
  };

  return (
    <header className="bar">
      <div className="bar-inner">
        <Link to="/" className="brand">
          <img src="/icon.svg" alt="" width="28" height="28" />
          <span>NET4U</span>
        </Link>
        <fieldset className="switch" aria-label={words.languages}>
          {Object.entries(languages).map(([tag, name]) => (
            <button
              key={tag}
              type="button"
              lang={tag}
              aria-pressed={tag === language}
              onClick={() => onLanguage(tag as Language)}
            >
              <abbr title={name}>{tag.toUpperCase()}</abbr>
            </button>
          ))}
        </fieldset>
        {!session && coming && <div className="account" />}
        {session && (
          <div className="account">
            <span className="account-name">{session.name}</span>
            <Link to="/inbox" className="inbox-link" label={words.discussions.inboxLabel(unread)}>
              {words.discussions.inbox} {unread ? <span className="count">{unread > 99 ? '99+' : unread}</span> : null}
            </Link>
            {config?.development && (
              <button
                type="button"
                className="button-quiet"
                aria-label={words.account.change}
                onClick={() => void signIn(config, here(), true).catch(() => {})}
              >
                {words.account.changeShort}
              </button>
            )}
            <button type="button" className="button-quiet" onClick={() => void leave()}>
              {words.account.signOut}
            </button>
          </div>
        )}
      </div>
      <div aria-live="polite">
        {staying > 0 && (
          <p className="note note-warn bar-note">
            {words.account.stays(staying)}{' '}
            <button type="button" className="button-quiet" onClick={() => void leave()}>
              {words.account.signOut}
            </button>
          </p>
        )}
        {(ended || endsAt !== null) && config && (
          <p className="note note-warn bar-note">
            {ended || endsAt === null
              ? words.account.ended
              : words.account.ends(formatTime(new Date(endsAt).toISOString(), words.locale))}{' '}
            <button
              type="button"
              className="button-quiet"
              onClick={() => void signIn(config, here(), false).catch(() => {})}
            >
              {words.account.again}
            </button>
          </p>
        )}
      </div>
    </header>
  );
}
