import type { WireFailure } from '../../co-editing/wire.ts';
import { useWords } from '../words/words.ts';
import type { DiscussionPlace } from './path.ts';

/** Why something is not shown: it is not there or not for this reader, nobody answers, the sign-in has ended, or the server has a fault. */
export type Failure = 'missing' | 'unreachable' | 'ended' | 'fault';

const failures: Record<string, Failure> = {
  NOT_FOUND: 'missing',
  FORBIDDEN: 'missing',
  UNREACHABLE: 'unreachable',
  UNAUTHENTICATED: 'ended',
};
export const toFailureKind = ({ code }: Pick<WireFailure, 'code'>): Failure => failures[code] ?? 'fault';

/** What is said while something is waited for, or in place of it. */
export function InPlace(props: { kind: DiscussionPlace['kind']; failure: Failure | null; onAgain: () => void }) {
  const { kind, failure, onAgain } = props;
  const words = useWords();
  if (!failure) {
    return (
      <p className="quiet talk-wait" role="status">
        {words.loading}
      </p>
    );
  }
  const said = {
    missing: words.discussions.missing[kind],
    unreachable: words.life.notRead.unreachable,
    ended: words.account.ended,
    fault: words.life.problems.other,
  };
  return (
    <p className="note note-warn" role="alert">
      {said[failure]}{' '}
      {(failure === 'unreachable' || failure === 'fault') && (
        <button type="button" className="button-quiet" onClick={onAgain}>
          {words.tryAgain}
        </button>
      )}
    </p>
  );
}
