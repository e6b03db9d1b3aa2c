import { useEffect, useState } from 'react';
import type { Graph } from '../../../co-editing/graph.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { useWords } from '../../words/words.ts';
import { toProblem, useCommand } from '../command.ts';
import { Compared } from '../compared.tsx';
import type { Place } from '../people/board.ts';
import { idOf } from './store.ts';

const TEXT = `query PlanText($id: ID!, $nodeId: ID!, $field: String!, $locale: LocaleTag!) {
  workingPlan(id: $id) { text(nodeId: $nodeId, field: $field, locale: $locale) { text hash } }
}`;
const PROPOSE = `mutation ProposeSuggestion($input: ProposeSuggestionInput!) {
  proposeSuggestion(input: $input) { suggestion { id } problems { __typename ... on UserError { message path } } }
}`;

/**
 * Proposes another text for one that stands in the plan. What stands there is read when the dialog opens, and again when somebody has changed it
 * meanwhile; what is typed here stays.
 */
export function Propose(props: {
  graph: Graph;
  planId: string;
  place: Place;
  /** What the text is called. */
  label: string;
  /** Of one line: breaks become blanks. */
  isLine: boolean;
  /** To begin with, in place of the text that stands there. */
  start?: string | undefined;
  onClose: (done: boolean) => void;
}) {
  const { graph, planId, place, label, isLine, start, onClose } = props;
  const { life: words } = useWords();
  const { node, field, locale } = place;
  const nodeId = idOf(planId, node);
  const [base, setBase] = useState<{ text: string; hash: string } | null>(null);
  const [text, setText] = useState(start ?? null);
  const [failed, setFailed] = useState<ReturnType<typeof toProblem> | null>(null);
  const { run, busy, problem } = useCommand(graph, 'proposeSuggestion', PROPOSE);
  const isChanged = problem?.path.includes('baseHash') ?? false;

  // biome-ignore lint/correctness/useExhaustiveDependencies: read again when somebody has changed it
  useEffect(() => {
    let stale = false;
    graph.ask(TEXT, { id: planId, nodeId, field, locale }).then(
      ({ data, errors }) => {
        const found = data?.workingPlan?.text;
        if (stale) return;
        if (found) {
          setBase(found);
          setText((typed) => typed ?? found.text);
        } else setFailed(toProblem({ code: 'INTERNAL', message: errors?.[0]?.message ?? '' }));
      },
      (failure) => stale || setFailed(toProblem(failure)),
    );
    return () => {
      stale = true;
    };
  }, [graph, planId, nodeId, field, locale, isChanged]);

  const proposed = text ?? '';
  return (
    <Dialog
      title={words.suggestFor(label)}
      confirm={words.suggest}
      disabled={base === null || proposed === base.text}
      problem={isChanged ? null : (problem ?? failed)}
      onConfirm={() =>
        run((clientMutationId) => ({
          input: { clientMutationId, nodeId, field, locale, baseHash: base?.hash, proposedText: proposed },
        }))
      }
      {...{ busy, onClose }}
    >
      <p>{words.suggestMeans}</p>
      {isChanged && (
        <p className="note note-warn" role="alert">
          {words.baseChanged}
        </p>
      )}
      <label className="field-row">
        <span>{words.proposedText}</span>
        <textarea
          rows={isLine ? 3 : 8}
          maxLength={10_000}
          lang={locale}
          readOnly={base === null}
          value={proposed}
          onChange={({ target: { value } }) => setText(isLine ? value.replace(/[\r\n]+/g, ' ') : value)}
        />
      </label>
      {base && proposed !== base.text && <Compared before={base.text} after={proposed} lang={locale} />}
    </Dialog>
  );
}
