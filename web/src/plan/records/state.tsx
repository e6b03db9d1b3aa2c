import { useWords } from '../../words/words.ts';
import type { Problem } from '../command.ts';

/** What is said while an answer is waited for, or in place of it. */
export function Awaited({ problem, onAgain }: { problem: Problem | null; onAgain: () => void }) {
  const words = useWords();
  if (!problem) return <p className="quiet records-wait">{words.loading}</p>;
  return (
    <p className="note note-warn" role="alert">
      {words.life.notRead[problem.kind === 'unreachable' ? 'unreachable' : 'other']}{' '}
      <button type="button" className="button-quiet" onClick={onAgain}>
        {words.tryAgain}
      </button>
    </p>
  );
}

export function More(props: { hasMore: boolean; busy: boolean; problem: Problem | null; onMore: () => void }) {
  const { hasMore, busy, problem, onMore } = props;
  const words = useWords();
  return (
    <>
      <div role="alert">{problem && <p className="note note-warn">{words.life.problems[problem.kind]}</p>}</div>
      {hasMore && (
        <p>
          <button type="button" className="button-quiet" disabled={busy} onClick={onMore}>
            {busy ? words.life.working : words.life.older}
          </button>
        </p>
      )}
    </>
  );
}
