import { useEffect, useState } from 'react';
import type { PlanView } from '../../co-editing/view.ts';
import { formatTime, useWords, type Words } from '../words/words.ts';

/** What is saved and what is not, in words; never more than is known. */
export function describeStatus({ status, rights }: Pick<PlanView, 'status' | 'rights'>, words: Words): string {
  const writes = rights === 'edit';
  switch (status.kind) {
    case 'saved':
      return writes ? words.plan.saved : words.plan.upToDate;
    case 'saving':
      return words.plan.saving;
    case 'waiting':
      if (status.because === 'server') return words.plan.waitingServer(status.changes);
      return writes || status.changes > 0 ? words.plan.waiting(status.changes) : words.plan.waitingReader;
    case 'signed-out':
      return words.plan.signedOut(status.changes);
    default:
      return words.plan.opened;
  }
}

export function StatusBar(props: {
  view: PlanView;
  locales: readonly string[];
  locale: string;
  onLocale: (locale: string) => void;
  onSync: () => void;
}) {
  const { view, locales, locale, onLocale, onSync } = props;
  const words = useWords();
  const { status, lastChange } = view;
  const text = describeStatus(view, words);
  const author = lastChange?.author;
  const by = author ? (author.organisation ?? author.seat ?? words.plan.someone) : words.plan.platform;
  return (
    <div className="status-bar">
      <div className="status-inner">
        <p className={`status status-${status.kind}`} data-status={status.kind}>
          <span className="status-dot" aria-hidden="true" />
          <span>{text}</span>
        </p>
        <p className="last-change">
          {lastChange && (
            <>
              {words.plan.lastChange(by)}
              <time dateTime={lastChange.at}>, {formatTime(lastChange.at, words.locale)}</time>
            </>
          )}
        </p>
        <div className="status-tools">
          {locales.length > 1 && (
            <fieldset className="switch" aria-label={words.plan.textIn}>
              {locales.map((tag) => (
                <button key={tag} type="button" lang={tag} aria-pressed={tag === locale} onClick={() => onLocale(tag)}>
                  {words.plan.languages[tag] ?? tag}
                </button>
              ))}
            </fieldset>
          )}
          <button type="button" className="button-quiet" onClick={onSync}>
            {words.plan.syncNow}
          </button>
        </div>
        <Spoken text={text} quick={status.kind !== 'saving' && status.kind !== 'opening'} />
      </div>
    </div>
  );
}

/** Says the status to those who hear the page: once it has stood a moment, since each keystroke goes through "Saving". */
function Spoken({ text, quick }: { text: string; quick: boolean }) {
  const [spoken, setSpoken] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setSpoken(text), quick ? 1_000 : 4_000);
    return () => clearTimeout(timer);
  }, [text, quick]);
  return (
    <p className="visually-hidden" role="status" aria-live="polite">
      {spoken}
    </p>
  );
}
