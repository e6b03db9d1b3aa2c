import { useContext, useState } from 'react';
import type { Graph } from '../../../co-editing/graph.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { useWords } from '../../words/words.ts';
import { useCommand } from '../command.ts';
import { TitleContext } from '../title.ts';
import type { Decision, PlanLife } from './read.ts';

const OPEN = `mutation OpenDecision($input: OpenDecisionInput!) {
  openDecision(input: $input) { decision { id status } problems { __typename ... on UserError { message path } } }
}`;

const methods = ['CONSENT', 'MAJORITY', 'LAZY_CONSENSUS'] as const;

/** Puts the plan's text, exactly as it is now, to one of its networks. */
export function OpenDecision(props: {
  graph: Graph;
  life: PlanLife;
  networkId: string;
  name: string;
  onClose: (done: boolean) => void;
}) {
  const { graph, life, networkId, name, onClose } = props;
  const { life: words, locale } = useWords();
  const [method, setMethod] = useState<Decision['method']>('CONSENT');
  const [quorum, setQuorum] = useState(2);
  const [title, setTitle] = useState(words.question(useContext(TitleContext)));
  const { run, busy, problem } = useCommand(graph, 'openDecision', OPEN);
  const isJoint = life.networks.length > 1;
  const input = (clientMutationId: string) => ({
    clientMutationId,
    networkIds: [networkId],
    subject: { typename: 'WorkingPlan', id: life.id },
    title: [{ locale, text: title }],
    contentHash: life.contentHash,
    method,
    // The others must see that it is adopted; positions are never seen outside the network.
    visibility: isJoint ? 'ALL_NETWORKS' : 'NETWORK',
    ...(method !== 'LAZY_CONSENSUS' && { quorum }),
  });
  return (
    <Dialog
      title={words.putTo(name)}
      confirm={words.open}
      onConfirm={() => run((once) => ({ input: input(once) }))}
      {...{ busy, problem, onClose }}
    >
      <p>
        {words.openHelp} {isJoint && words.openJoint}
      </p>
      <label className="field-row">
        <span>{words.questionLabel}</span>
        <input required maxLength={300} value={title} onChange={({ target }) => setTitle(target.value)} />
      </label>
      <fieldset className="choices">
        <legend>{words.method}</legend>
        {methods.map((one) => (
          <label key={one}>
            <input type="radio" name="method" checked={method === one} onChange={() => setMethod(one)} />
            <span>
              <strong>{words.methods[one]}</strong> {words.methodMeans[one]}
            </span>
          </label>
        ))}
      </fieldset>
      {method !== 'LAZY_CONSENSUS' && (
        <label className="field-row">
          <span>{words.quorumLabel}</span>
          <input
            type="number"
            min={1}
            max={1_000}
            required
            value={quorum}
            onChange={({ target }) => setQuorum(target.valueAsNumber || 1)}
          />
        </label>
      )}
    </Dialog>
  );
}
