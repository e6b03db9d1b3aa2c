import { useState } from 'react';
import type { Graph } from '../../../co-editing/graph.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { useWords } from '../../words/words.ts';
import { useCommand } from '../command.ts';
import type { Decision } from './read.ts';

const TAKE = `mutation TakePosition($input: TakePositionInput!) {
  takePosition(input: $input) { decision { id status } problems { __typename ... on UserError { message path } } }
}`;

/** What the person's organisation says to the text. */
export function TakePosition(props: { graph: Graph; decision: Decision; onClose: (done: boolean) => void }) {
  const { graph, decision, onClose } = props;
  const { life: words } = useWords();
  const possible = decision.method === 'MAJORITY' ? ['YES', 'NO', 'ABSTAIN'] : ['CONSENT', 'OBJECT', 'STAND_ASIDE'];
  const [position, setPosition] = useState<string | null>(null);
  const [reason, setReason] = useState('');
  const { run, busy, problem } = useCommand(graph, 'takePosition', TAKE);
  const { id: decisionId, contentHash } = decision;
  const needed = position === 'OBJECT';
  return (
    <Dialog
      title={words.takePosition}
      confirm={words.takePosition}
      disabled={position === null || (needed && reason.trim() === '')}
      onConfirm={() =>
        run((clientMutationId) => ({
          input: { clientMutationId, decisionId, contentHash, position, ...(reason.trim() && { reason }) },
        }))
      }
      {...{ busy, problem, onClose }}
    >
      <p>{words.positionHelp}</p>
      <fieldset className="choices">
        <legend>{decision.title.text}</legend>
        {possible.map((one) => (
          <label key={one}>
            <input type="radio" name="position" checked={position === one} onChange={() => setPosition(one)} />
            <span>{words.positions[one]}</span>
          </label>
        ))}
      </fieldset>
      <label className="field-row">
        <span>{needed ? words.reasonNeeded : words.reason}</span>
        <textarea rows={3} maxLength={2_000} value={reason} onChange={({ target }) => setReason(target.value)} />
      </label>
    </Dialog>
  );
}
