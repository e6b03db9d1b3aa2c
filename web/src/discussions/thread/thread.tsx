import { useEffect, useRef, useState } from 'react';
import { markSeen } from '../../inbox/read.ts';
import { useNamed } from '../../navigate.ts';
import { Provenance } from '../../parts/provenance.tsx';
import { useWords } from '../../words/words.ts';
import { About } from '../about.tsx';
import { InPlace } from '../failure.tsx';
import type { DiscussionProps } from '../page.tsx';
import { threadPath } from '../path.ts';
import { mayWrite } from '../rights.ts';
import { Answer } from './answer.tsx';
import { PostView } from './post.tsx';
import { markRead, type Post, type Thread } from './read.ts';
import { type OpenThread, useThread } from './use-thread.ts';

const answerable = ['OPEN', 'RESOLVED'];

/** A discussion: what it is about, its posts, oldest first, and a place to answer. New posts come by themselves. */
export function ThreadView({ graph, id, subject, token, onSignedOut }: DiscussionProps) {
  const words = useWords();
  const { discussions: said } = words;
  const fragment = useNamed();
  const named = fragment === 'content' ? '' : fragment; // the link that skips to the content
  const { open, failure, again, readOn } = useThread(graph, id, words.locale, named);
  const [replyTo, setReplyTo] = useState<Post | null>(null);
  const [reading, setReading] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const isOver = failure === 'ended';
  useEffect(() => {
    if (isOver) onSignedOut();
  }, [isOver, onSignedOut]);
  const title = open ? (open.thread.title?.text ?? said.untitled) : null;
  useEffect(() => {
    document.title = title ? `${title} · NET4U` : 'NET4U';
  }, [title]);
  const isThere = open?.posts.some((post) => post.id === named) ?? false;
  useEffect(() => {
    const post = isThere && named ? document.getElementById(named) : null;
    post?.scrollIntoView({ block: 'start' });
    post?.focus({ preventScroll: true });
  }, [named, isThere]);
  useRead(open, () => {
    const last = open?.posts.at(-1);
    if (last && open?.seat) void markRead(graph, id, last.id).then(() => markSeen(graph, threadPath(id)));
  });
  if (!open) return <InPlace kind="thread" failure={failure} onAgain={again} />;

  const { thread, posts, next, seat, arrived } = open;
  const canAnswer = answerable.includes(thread.status);
  const writes = canAnswer && mayWrite(seat, thread.networks);
  const showLater = async () => {
    setReading(true);
    await readOn().catch(again);
    setReading(false);
  };
  return (
    <>
      {failure && <InPlace kind="thread" failure={failure} onAgain={again} />}
      <Head thread={thread} title={title ?? ''} />
      {named && !isThere && !next && (
        <p className="note" role="status">
          {said.notHere}
        </p>
      )}
      <section aria-labelledby="posts-title">
        <h2 id="posts-title" className="talk-count">
          {said.posts(thread.postCount > posts.length ? thread.postCount : posts.length)}
        </h2>
        <ol className="posts">
          {posts.map((post) => (
            <li key={post.id}>
              <PostView
                post={post}
                token={token}
                isNamed={post.id === named}
                onAnswer={
                  writes
                    ? () => {
                        setReplyTo(post);
                        field.current?.focus();
                      }
                    : undefined
                }
              />
            </li>
          ))}
        </ol>
        <p role="status" className="visually-hidden">
          {arrived &&
            arrived.author?.id !== seat?.id &&
            said.newPost(arrived.author?.displayName ?? words.plan.someone)}
        </p>
        {next && (
          <p>
            <button type="button" className="button-quiet" disabled={reading} onClick={() => void showLater()}>
              {reading ? words.life.working : said.later}
            </button>
          </p>
        )}
      </section>
      {writes ? (
        <Answer
          {...{ graph, subject, replyTo, field }}
          threadId={id}
          onWhole={() => {
            setReplyTo(null);
            field.current?.focus();
          }}
          onPosted={() => {
            setReplyTo(null);
            field.current?.focus();
            void readOn(true).catch(() => {}); // else it comes by the stream
          }}
        />
      ) : (
        <p className="note">{canAnswer ? said.mayNotWrite : said.closed}</p>
      )}
    </>
  );
}

function Head({ thread, title }: { thread: Thread; title: string }) {
  const { discussions: said } = useWords();
  const { status, provenance, sourceUrl, networks, visibility, anchor, anchorQuote } = thread;
  return (
    <header className="talk-head">
      <p className="kicker">
        {status !== 'OPEN' && <span className="tag">{said.states[status] ?? status}</span>}
        <Provenance of={provenance} sourceUrl={sourceUrl} name={title} />
        <span className="facts-line">{networks?.map(({ name }) => name?.text).join(' · ')}</span>
      </p>
      <h1 lang={thread.title?.locale}>{title}</h1>
      <p>
        {said.about} <About thing={anchor} />
      </p>
      {anchorQuote && (
        <figure className="said">
          <figcaption>{said.onText}</figcaption>
          <blockquote>{anchorQuote}</blockquote>
        </figure>
      )}
      <p className="facts-line">
        {said.readBy} {said.audience[visibility] ?? visibility}
      </p>
    </header>
  );
}

/** Calls it when all posts are on a page that is looked at, and again when another one has come. */
function useRead(open: OpenThread | null, onRead: () => void): void {
  const last = open && open.next === null ? open.posts.at(-1)?.id : undefined;
  const call = useRef(onRead);
  call.current = onRead;
  useEffect(() => {
    if (!last) return;
    const look = () => {
      if (document.visibilityState !== 'visible') return;
      document.removeEventListener('visibilitychange', look);
      call.current();
    };
    document.addEventListener('visibilitychange', look);
    look();
    return () => document.removeEventListener('visibilitychange', look);
  }, [last]);
}
