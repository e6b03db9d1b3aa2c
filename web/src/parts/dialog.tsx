import { type ReactNode, useEffect, useId, useRef } from 'react';
import type { Problem } from '../plan/command.ts';
import { useWords } from '../words/words.ts';

/** Why something was not done, in the page's words and then in the server's. */
export function ProblemNote({ problem }: { problem: Problem | null }) {
  const { life } = useWords();
  return (
    <div role="alert">
      {problem && (
        <p className="note note-warn">
          {life.problems[problem.kind]}
          {problem.kind !== 'unreachable' && problem.kind !== 'later' && (
            <span className="problem-said" lang="en">
              {problem.message}
            </span>
          )}
        </p>
      )}
    </div>
  );
}

/**
 * A question before something is done. The browser keeps the focus in it, Escape leaves it, and the focus goes back to where it was.
 * @param onConfirm resolves with whether it was done: then the dialog closes
 */
export function Dialog(props: {
  title: string;
  confirm: string;
  busy: boolean;
  problem: Problem | null;
  /** Something is missing that must be there first. */
  disabled?: boolean;
  onConfirm: () => Promise<boolean>;
  onClose: (done: boolean) => void;
  children: ReactNode;
}) {
  const { title, confirm, busy, problem, disabled, onConfirm, onClose, children } = props;
  const { life } = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const done = useRef(false);
  const id = useId();
  useEffect(() => {
    if (!dialog.current?.open) dialog.current?.showModal();
  }, []);
  return (
    <dialog ref={dialog} className="dialog" aria-labelledby={id} onClose={() => onClose(done.current)}>
      <form
        onSubmit={async (event) => {
          event.preventDefault();
          done.current = await onConfirm();
          if (done.current) dialog.current?.close();
        }}
      >
        <h2 id={id}>{title}</h2>
        {children}
        <ProblemNote problem={problem} />
        <p className="dialog-buttons">
          <button type="button" className="button-quiet" onClick={() => dialog.current?.close()}>
            {life.cancel}
          </button>
          <button type="submit" className="button" disabled={busy || disabled}>
            {busy ? life.working : confirm}
          </button>
        </p>
      </form>
    </dialog>
  );
}
