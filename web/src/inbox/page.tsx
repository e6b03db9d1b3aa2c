import { useCallback, useEffect, useRef, useState } from 'react';
import type { Graph } from '../../co-editing/graph.ts';
import type { WireFailure } from '../../co-editing/wire.ts';
import { ProblemNote } from '../parts/dialog.tsx';
import { Link } from '../parts/link.tsx';
import '../style/plan.css';
import '../style/discussions.css';
import { useCommand } from '../plan/command.ts';
import { usePages } from '../plan/records/answers.ts';
import { Awaited, More } from '../plan/records/state.tsx';
import { formatDeadline, formatMoment, formatPartialDate, useWords } from '../words/words.ts';
import { MARK, markRead, type Notice, readNotices } from './read.ts';

/** What the person is told: the unread first. */
export function InboxPage(props: { graph: Graph; unread: number | null; onSignedOut: () => void }) {
  const { graph, unread, onSignedOut } = props;
  const words = useWords();
  const { discussions: said } = words;
  const fetch = useCallback(
    (after: string | null) =>
      readNotices(graph, words.locale, after).catch((failure: WireFailure) => {
        if (failure.code === 'UNAUTHENTICATED') onSignedOut();
        throw failure;
      }),
    [graph, words.locale, onSignedOut],
  );
  const { items, hasMore, busy, problem, readMore, again } = usePages<Notice>(fetch);
  /** Read here since the list came, in which they keep their places. */
  const [read, setRead] = useState<ReadonlySet<string>>(new Set());
  const all = useCommand(graph, 'markNoticesRead', MARK);
  const title = useRef<HTMLHeadingElement>(null);

  useEffect(() => {
    document.title = `${said.inbox} · NET4U`;
  }, [said]);

  // Something new has come; what was read, here or elsewhere, moves nothing.
  const before = useRef(unread);
  useEffect(() => {
    if (unread !== null && before.current !== null && unread > before.current) again();
    before.current = unread;
  }, [unread, again]);

  const mark = (id: string) => {
    setRead((known) => new Set([...known, id]));
    markRead(graph, [id]).catch(() => {}); // it is unread again when the list is read
  };
  return (
    <div className="talk">
      <p className="crumb">
        <Link to="/">← {words.plan.back}</Link>
      </p>
      <div className="talk-head">
        <h1 ref={title} tabIndex={-1}>
          {said.inbox}
        </h1>
        <p className="quiet">{said.inboxHelp}</p>
      </div>
      <div className="inbox-tools">
        <p role="status">{unread === null ? ' ' : said.unread(unread)}</p>
        {(unread ?? 0) > 0 && (
          <button
            type="button"
            className="button-quiet"
            disabled={all.busy}
            onClick={async () => {
              if (!(await all.run((clientMutationId) => ({ input: { clientMutationId, all: true } })))) return;
              title.current?.focus(); // the button is gone
              again();
            }}
          >
            {said.markAll}
          </button>
        )}
      </div>
      <ProblemNote problem={all.problem} />
      {!items && <Awaited problem={problem} onAgain={again} />}
      {items?.length === 0 && <p className="quiet">{said.noNotices}</p>}
      {items && items.length > 0 && (
        <ol className="notices">
          {items.map((notice) => (
            <Row key={notice.id} notice={notice} isRead={read.has(notice.id)} onRead={() => mark(notice.id)} />
          ))}
        </ol>
      )}
      {items && <More {...{ hasMore, busy, problem }} onMore={() => void readMore()} />}
    </div>
  );
}

function Row({ notice, isRead, onRead }: { notice: Notice; isRead: boolean; onRead: () => void }) {
  const words = useWords();
  const { discussions: said } = words;
  const { kind, at, dueAt, dueOn, isSettled, path, excerpt, excerptLocale, target } = notice;
  const row = useRef<HTMLLIElement>(null);
  const unread = notice.readAt === null && !isSettled && !isRead;
  const title = notice.title?.text ?? said.untitledTarget[target?.__typename ?? 'Post'] ?? said.untitled;
  const due = dueAt ? said.openUntil(formatDeadline(dueAt, words.locale)) : null;
  const late = dueOn ? said.wasDue(formatPartialDate(dueOn, words.locale)) : null;
  return (
    <li ref={row} className={unread ? 'notice is-unread' : 'notice'}>
      <p className="kicker">
        {unread && <span className="tag tag-unread">{said.isUnread}</span>}
        {isSettled && <span className="tag">{said.isSettled}</span>}
        <span>{said.notices[kind] ?? kind}</span>
        <time className="facts-line" dateTime={at}>
          {formatMoment(at, words.locale)}
        </time>
      </p>
      <p className="notice-title">
        <Link to={path} className="strong-link" onFollow={() => unread && onRead()}>
          <span lang={notice.title?.locale}>{title}</span>
        </Link>
      </p>
      {(due || late) && <p className="facts-line">{due ?? late}</p>}
      {excerpt && (
        <blockquote className="excerpt" lang={excerptLocale ?? undefined}>
          {excerpt}
        </blockquote>
      )}
      {unread && (
        <p>
          <button
            type="button"
            className="button-quiet"
            aria-label={said.markReadOf(title)}
            onClick={() => {
              row.current?.querySelector('a')?.focus(); // the button is gone
              onRead();
            }}
          >
            {said.markRead}
          </button>
        </p>
      )}
    </li>
  );
}
