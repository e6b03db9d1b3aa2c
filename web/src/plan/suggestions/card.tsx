import { useContext, useState } from 'react';
import type { Graph } from '../../../co-editing/graph.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { formatMoment, useWords } from '../../words/words.ts';
import { useCommand } from '../command.ts';
import { Compared } from '../compared.tsx';
import { takesSuggestions } from '../life/findings.ts';
import { LifeContext } from '../life/read.ts';
import type { Suggestion } from './store.ts';

type Answer = 'accept' | 'reject' | 'withdraw';

const names = { accept: 'acceptSuggestion', reject: 'rejectSuggestion', withdraw: 'withdrawSuggestion' };
const mutations: Record<Answer, string> = {
  accept: `mutation AcceptSuggestion($input: ResolveSuggestionInput!) {
  acceptSuggestion(input: $input) { suggestion { id status } problems { __typename ... on UserError { message path } } }
}`,
  reject: `mutation RejectSuggestion($input: ResolveSuggestionInput!) {
  rejectSuggestion(input: $input) { suggestion { id status } problems { __typename ... on UserError { message path } } }
}`,
  withdraw: `mutation WithdrawSuggestion($input: WithdrawSuggestionInput!) {
  withdrawSuggestion(input: $input) { suggestion { id status } problems { __typename ... on UserError { message path } } }
}`,
};

/** A text proposed in place of another, and what this person may do about it. */
export function SuggestionCard(props: {
  graph: Graph;
  suggestion: Suggestion;
  mayResolve: boolean;
  /** The text has been changed since: it can no longer be accepted. */
  isOutdated: boolean;
  onDone: () => void;
  /** Begins another suggestion with this one's text. */
  onAgain?: (() => void) | undefined;
}) {
  const { graph, suggestion, mayResolve, isOutdated, onDone, onAgain } = props;
  const words = useWords();
  const life = useContext(LifeContext);
  const [asking, setAsking] = useState<Answer | null>(null);
  const { author, baseText, proposedText, locale, note, number, createdAt, resolvedAt, resolvedBy } = suggestion;
  const status = suggestion.status === 'OPEN' && isOutdated ? 'OUTDATED' : suggestion.status;
  const who = author?.displayName ?? words.plan.someone;
  const isOwn = author !== null && author.id === life?.seat;
  const answers: Answer[] = [];
  // The server writes down that one is outdated as soon as it is looked at; then nothing becomes of it.
  if (status === 'OPEN') {
    if (mayResolve && takesSuggestions(life)) answers.push('accept');
    if (mayResolve) answers.push('reject');
    if (isOwn) answers.push('withdraw');
  }
  return (
    <article className="suggestion" aria-label={words.life.suggestionOf(number, who)}>
      <p className="facts-line">
        <strong>{who}</strong>, {formatMoment(createdAt, words.locale)}{' '}
        {status !== 'OPEN' && <span className="tag">{words.life.suggestionStates[status] ?? status}</span>}
      </p>
      <Compared before={baseText} after={proposedText} lang={locale} />
      {status === 'OUTDATED' && <p className="quiet">{words.life.outdatedMeans}</p>}
      {(note || resolvedBy) && (
        <p className="facts-line">
          {resolvedBy?.displayName}
          {resolvedAt && `, ${formatMoment(resolvedAt, words.locale)}`}
          {note && `: ${note}`}
        </p>
      )}
      {(answers.length > 0 || (status === 'OUTDATED' && isOwn && onAgain)) && (
        <p className="standing-actions">
          {answers.map((answer) => (
            <button
              key={answer}
              type="button"
              className="button-quiet"
              aria-label={words.life.answerTo(words.life.answers[answer], number, who)}
              onClick={() => setAsking(answer)}
            >
              {words.life.answers[answer]}
            </button>
          ))}
          {status === 'OUTDATED' && isOwn && onAgain && (
            <button type="button" className="button-quiet" onClick={onAgain}>
              {words.life.again}
            </button>
          )}
        </p>
      )}
      {asking && (
        <Resolve
          key={asking}
          {...{ graph, suggestion }}
          answer={asking}
          onClose={(done) => {
            setAsking(null);
            if (done) onDone();
          }}
        />
      )}
    </article>
  );
}

function Resolve(props: { graph: Graph; suggestion: Suggestion; answer: Answer; onClose: (done: boolean) => void }) {
  const { graph, suggestion, answer, onClose } = props;
  const { life: words } = useWords();
  const life = useContext(LifeContext);
  const [note, setNote] = useState('');
  const { run, busy, problem } = useCommand(graph, names[answer], mutations[answer]);
  return (
    <Dialog
      title={words.answers[answer]}
      confirm={words.answers[answer]}
      onConfirm={() =>
        run((clientMutationId) => ({
          input: { clientMutationId, id: suggestion.id, ...(answer !== 'withdraw' && note.trim() && { note }) },
        }))
      }
      {...{ busy, problem, onClose }}
    >
      <p>{words.answerMeans[answer]}</p>
      {answer === 'accept' && life?.status === 'UNDER_REVIEW' && (
        <p className="note note-warn">{words.acceptInReview}</p>
      )}
      {answer !== 'withdraw' && (
        <label className="field-row">
          <span>{words.note}</span>
          <textarea rows={3} maxLength={2_000} value={note} onChange={({ target }) => setNote(target.value)} />
        </label>
      )}
    </Dialog>
  );
}
