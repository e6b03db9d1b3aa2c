import { type Ref, useEffect, useId, useState } from 'react';
import type { Graph } from '../../../co-editing/graph.ts';
import { ProblemNote } from '../../parts/dialog.tsx';
import { useCommand } from '../../plan/command.ts';
import { keepDraft, readDraft } from '../../session/session.ts';
import { languages, useWords } from '../../words/words.ts';
import { ANSWER, type Post } from './read.ts';

/** Where an answer is written. What was not posted is kept in this tab, also over a reload and a new sign-in. */
export function Answer(props: {
  graph: Graph;
  threadId: string;
  subject: string;
  /** The post it is in answer to; null: the whole discussion. */
  replyTo: Post | null;
  onWhole: () => void;
  onPosted: () => void;
  field: Ref<HTMLTextAreaElement>;
}) {
  const { graph, threadId, subject, replyTo, onWhole, onPosted, field } = props;
  const words = useWords();
  const { discussions: said } = words;
  const [text, setText] = useState(() => readDraft(subject, threadId));
  const [locale, setLocale] = useState(words.locale);
  const [sent, setSent] = useState(false);
  const { run, busy, problem } = useCommand(graph, 'post', ANSWER);
  const id = useId();
  useEffect(() => keepDraft(subject, threadId, text), [subject, threadId, text]);
  // Another language of the page is likely that of what is written next.
  useEffect(() => setLocale(words.locale), [words.locale]);
  const to = replyTo?.author?.displayName ?? words.plan.someone;
  return (
    <form
      className="answer"
      aria-labelledby={`${id}-title`}
      onSubmit={async (event) => {
        event.preventDefault();
        setSent(false);
        const reply = replyTo && { replyToId: replyTo.id };
        const done = await run((clientMutationId) => ({
          input: { clientMutationId, threadId, body: text, locale, ...reply },
        }));
        if (!done) return;
        setText('');
        setSent(true);
        onPosted();
      }}
    >
      <h2 id={`${id}-title`}>{said.answer}</h2>
      {replyTo && (
        <p className="answer-to">
          <span>{said.answering(to)}</span>
          <button type="button" className="button-quiet" onClick={onWhole}>
            {said.notToPost}
          </button>
        </p>
      )}
      <label className="field-row">
        <span>{said.yourAnswer}</span>
        <textarea
          ref={field}
          required
          rows={5}
          maxLength={20_000}
          lang={locale}
          value={text}
          onChange={({ target }) => setText(target.value)}
          aria-describedby={`${id}-kept`}
        />
      </label>
      <p id={`${id}-kept`} className="facts-line">
        {said.kept}
      </p>
      <ProblemNote problem={problem} />
      <p className="answer-send">
        <label>
          <span>{said.languageOfText}</span>{' '}
          <select value={locale} onChange={({ target }) => setLocale(target.value)}>
            {Object.entries(languages).map(([tag, name]) => (
              <option key={tag} value={tag}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <button type="submit" className="button" disabled={busy || text.trim() === ''}>
          {busy ? words.life.working : said.send}
        </button>
      </p>
      <p role="status" className="answer-sent">
        {sent && text === '' && said.sent}
      </p>
    </form>
  );
}
