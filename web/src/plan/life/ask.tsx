import { useState } from 'react';
import type { Graph } from '../../../co-editing/graph.ts';
import { navigate } from '../../navigate.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { useWords } from '../../words/words.ts';
import { useCommand } from '../command.ts';
import { planPath } from '../path.ts';
import { findAdopting } from './findings.ts';
import type { PlanLife } from './read.ts';

/** What moves a plan on. */
export type Step = 'submit' | 'request' | 'adopt' | 'amend' | 'archive';

const names = {
  submit: 'submitPlanForReview',
  request: 'requestPlanChanges',
  adopt: 'adoptPlan',
  amend: 'amendPlan',
  archive: 'archivePlan',
};
const mutations: Record<Step, string> = {
  submit: `mutation SubmitPlan($planId: ID!, $version: Int!, $once: ID) {
  submitPlanForReview(planId: $planId, expectedVersion: $version, clientMutationId: $once) {
    plan { id status version } problems { __typename ... on UserError { message path } }
  }
}`,
  request: `mutation RequestPlanChanges($planId: ID!, $note: String!, $once: ID) {
  requestPlanChanges(planId: $planId, note: $note, clientMutationId: $once) {
    plan { id status version } problems { __typename ... on UserError { message path } }
  }
}`,
  adopt: `mutation AdoptPlan($planId: ID!, $decisionIds: [ID!]!, $contentHash: String!) {
  adoptPlan(planId: $planId, decisionIds: $decisionIds, contentHash: $contentHash) {
    plan { id status version } problems { __typename ... on UserError { message path } }
  }
}`,
  amend: `mutation AmendPlan($planId: ID!) {
  amendPlan(planId: $planId) { plan { id status } problems { __typename ... on UserError { message path } } }
}`,
  archive: `mutation ArchivePlan($planId: ID!, $once: ID) {
  archivePlan(planId: $planId, clientMutationId: $once) {
    plan { id status version } problems { __typename ... on UserError { message path } }
  }
}`,
};

/** Asks before the plan is moved on, and moves it. */
export function Ask(props: {
  graph: Graph;
  life: PlanLife;
  step: Step;
  /** Whether all that was typed at this page is committed. */
  saved: boolean;
  onClose: (done: boolean) => void;
}) {
  const { graph, life, step, saved, onClose } = props;
  const { life: words } = useWords();
  const [note, setNote] = useState('');
  const [named, setNamed] = useState<Record<string, string>>({});
  const { run, busy, problem, answer } = useCommand(graph, names[step], mutations[step]);
  const unsaved = step === 'submit' && !saved;
  const { id: planId, version, contentHash } = life;
  const { decisionIds, missing } = findAdopting(life);
  const variables = (once: string): Record<Step, Record<string, unknown>> => ({
    submit: { planId, version, once },
    request: { planId, note, once },
    adopt: { planId, decisionIds: [...decisionIds, ...missing.map(({ id }) => named[id]?.trim())], contentHash },
    amend: { planId },
    archive: { planId, once },
  });
  return (
    <Dialog
      title={words.actions[step]}
      confirm={words.actions[step]}
      disabled={unsaved || (step === 'request' && note.trim() === '')}
      onConfirm={() => run((once) => variables(once)[step])}
      onClose={(done) => {
        onClose(done);
        const draft = answer.current?.plan?.id;
        if (done && step === 'amend' && draft) navigate(planPath(draft));
      }}
      {...{ busy, problem }}
    >
      <p>{words.means[step]}</p>
      {unsaved && <p className="note note-warn">{words.unsaved}</p>}
      {step === 'adopt' &&
        missing.map(({ id, name }) => (
          <label key={id} className="field-row">
            <span>{words.unseenDecision(name?.text ?? id)}</span>
            <input
              required
              maxLength={200}
              value={named[id] ?? ''}
              onChange={({ target }) => setNamed({ ...named, [id]: target.value })}
            />
          </label>
        ))}
      {step === 'request' && (
        <label className="field-row">
          <span>{words.whatShouldChange}</span>
          <textarea required rows={4} maxLength={2_000} value={note} onChange={({ target }) => setNote(target.value)} />
        </label>
      )}
    </Dialog>
  );
}
