import { useState } from 'react';
import type { Graph } from '../../../co-editing/graph.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { useWords } from '../../words/words.ts';
import { useCommand } from '../command.ts';
import type { Move } from './findings.ts';
import type { Decision } from './read.ts';

const START = `mutation StartDecisionRound($input: StartDecisionRoundInput!) {
  startDecisionRound(input: $input) { decision { id status } problems { __typename ... on UserError { message path } } }
}`;
const ADVANCE = `mutation AdvanceDecision($input: AdvanceDecisionInput!) {
  advanceDecision(input: $input) { decision { id status } problems { __typename ... on UserError { message path } } }
}`;
const CONCLUDE = `mutation ConcludeDecision($input: ConcludeDecisionInput!) {
  concludeDecision(input: $input) { decision { id status } problems { __typename ... on UserError { message path } } }
}`;
const mutations: Partial<Record<Move, [name: string, query: string]>> = {
  round: ['startDecisionRound', START],
  conclude: ['concludeDecision', CONCLUDE],
};

/** Leads a decision to its next step. */
export function MoveDecision(props: {
  graph: Graph;
  decision: Decision;
  move: Move;
  onClose: (done: boolean) => void;
}) {
  const { graph, decision, move, onClose } = props;
  const { life: words } = useWords();
  const [short, setShort] = useState(false);
  const [until, setUntil] = useState('');
  const [reason, setReason] = useState('');
  const [name, query] = mutations[move] ?? ['advanceDecision', ADVANCE];
  const { run, busy, problem } = useCommand(graph, name, query);
  const input = (clientMutationId: string) => ({
    clientMutationId,
    decisionId: decision.id,
    expectedVersion: decision.version,
    ...(move !== 'round' && move !== 'conclude' && { to: move }),
    ...(move === 'round' && short && { closesAt: new Date(until).toISOString(), shortReason: reason }),
  });
  return (
    <Dialog
      title={words.moves[move]}
      confirm={words.moves[move]}
      onConfirm={() => run((once) => ({ input: input(once) }))}
      {...{ busy, problem, onClose }}
    >
      <p>{words.moveMeans[move]}</p>
      {move === 'round' && (
        <fieldset className="choices">
          <legend>{words.howLong}</legend>
          <label>
            <input type="radio" name="long" checked={!short} onChange={() => setShort(false)} />
            <span>{words.fiveDays}</span>
          </label>
          <label>
            <input type="radio" name="long" checked={short} onChange={() => setShort(true)} />
            <span>{words.until}</span>
          </label>
        </fieldset>
      )}
      {move === 'round' && short && (
        <>
          <label className="field-row">
            <span>{words.closesAt}</span>
            <input type="datetime-local" required value={until} onChange={({ target }) => setUntil(target.value)} />
          </label>
          <label className="field-row">
            <span>{words.shortReason}</span>
            <input maxLength={1_000} value={reason} onChange={({ target }) => setReason(target.value)} />
          </label>
        </>
      )}
    </Dialog>
  );
}
