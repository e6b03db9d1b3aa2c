import { useWords } from '../../words/words.ts';
import { About } from '../about.tsx';
import type { Decision } from './read.ts';

/** What is decided, how, on exactly which text, and who reads it. */
export function Facts({ decision }: { decision: Decision }) {
  const words = useWords();
  const { discussions: said } = words;
  const { subject, method, quorum, contentHash, visibility } = decision;
  return (
    <dl className="facts talk-facts">
      <div>
        <dt>{said.decided}</dt>
        <dd>
          <About thing={subject} />
        </dd>
      </div>
      <div>
        <dt>{said.rule}</dt>
        <dd>
          <strong>{words.life.methods[method]}.</strong> {words.life.methodMeans[method]}
          {quorum !== null && ` ${said.quorumOf(quorum)}`}
        </dd>
      </div>
      <div>
        <dt>{said.fingerprint}</dt>
        <dd>
          <code className="fingerprint">{contentHash}</code>
          <span className="quiet facts-help">{said.fingerprintHelp}</span>
        </dd>
      </div>
      <div>
        <dt>{said.readBy}</dt>
        <dd>{said.audience[visibility] ?? visibility}</dd>
      </div>
    </dl>
  );
}
