import { type ReactNode, useEffect, useState } from 'react';
import type { PlanView } from '../../co-editing/view.ts';
import { formatTime, useWords, type Words } from '../words/words.ts';

/** What is saved and what is not, in words; never more than is known. @param slow the change has been under way for a while */
export function describeStatus({ status, rights }: Pick<PlanView, 'status' | 'rights'>, words: Words, slow: boolean) {
  const writes = rights === 'edit';
  switch (status.kind) {
    case 'saved':
      return writes ? words.plan.saved : words.plan.upToDate;
    case 'saving':
      return slow ? words.plan.stages[status.stage] : words.plan.saving;
    case 'waiting':
      if (status.because === 'server') return words.plan.waitingServer(status.changes);
      return writes || status.changes > 0 ? words.plan.waiting(status.changes) : words.plan.waitingReader;
    case 'signed-out':
      return words.plan.signedOut(status.changes);
    default:
      return words.plan.opened;
  }
}

/** Until then, ms, a change is just being saved: on a good link each keystroke goes through all stages at once. */
const QUICK = 700;

export function StatusBar(props: {
  view: PlanView;
  locales: readonly string[];
  locale: string;
  onLocale: (locale: string) => void;
  onSync: () => void;
  children: ReactNode;
}) {
  const { view, locales, locale, onLocale, onSync, children } = props;
  const words = useWords();
  const { status, lastChange, seenBy } = view;
  const isSaving = status.kind === 'saving';
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    if (!isSaving) return;
    const timer = setTimeout(() => setSlow(true), QUICK);
    return () => {
      clearTimeout(timer);
      setSlow(false);
    };
  }, [isSaving]);
  const text = describeStatus(view, words, slow);
  const author = lastChange?.author;
  const by = author ? (author.organisation ?? author.name ?? words.plan.someone) : words.plan.platform;
  return (
    <div className="status-bar">
      <div className="status-inner">
        <div className="status-line">
          <p className={`status status-${status.kind}`} data-status={status.kind}>
            <span className="status-dot" aria-hidden="true" />
            <span>{text}</span>
          </p>
          {seenBy !== null && seenBy > 0 && <p className="seen">{words.plan.seenBy(seenBy)}</p>}
        </div>
        <p className="last-change">
          {lastChange && (
            <>
              {words.plan.lastChange(by)}
              <time dateTime={lastChange.at}>, {formatTime(lastChange.at, words.locale)}</time>
            </>
          )}
        </p>
        {children}
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
