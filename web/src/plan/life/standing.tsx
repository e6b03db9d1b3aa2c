import { useContext, useState } from 'react';
import type { Graph } from '../../../co-editing/graph.ts';
import { Link } from '../../parts/link.tsx';
import { formatMoment, useWords } from '../../words/words.ts';
import { planPath } from '../path.ts';
import { useRights } from '../rights.ts';
import { Ask, type Step } from './ask.tsx';
import { Adopting, Decisions } from './decisions.tsx';
import { findAdopting } from './findings.ts';
import { LifeContext, type PlanLife } from './read.ts';

const steps = ['DRAFT', 'UNDER_REVIEW', 'ADOPTED'];
/** Beside the three steps: where a plan is when it is not at one of them. */
const at: Record<string, string> = { CHANGES_REQUESTED: 'DRAFT', SUPERSEDED: 'ADOPTED', ARCHIVED: 'ADOPTED' };

/** Where the plan stands on its way to adoption, why, and what this person may do about it now. */
export function Standing({ graph, saved, onDone }: { graph: Graph; saved: boolean; onDone: () => void }) {
  const words = useWords();
  const life = useContext(LifeContext);
  const [asking, setAsking] = useState<Step | null>(null);
  if (!life) return null;
  const now = at[life.status] ?? life.status;
  return (
    <section className="standing" id="standing" tabIndex={-1} aria-label={words.life.title}>
      <ol className="steps" aria-label={words.life.steps}>
        {steps.map((step) => (
          <li key={step} aria-current={step === now ? 'step' : undefined}>
            {words.states[step === now ? life.status : step]}
          </li>
        ))}
      </ol>
      <p>{words.life.about[life.status]}</p>
      <Notes life={life} />
      {life.status === 'UNDER_REVIEW' && <Decisions {...{ graph, life, onDone }} />}
      {now === 'ADOPTED' && <Adopting {...{ graph, life, onDone }} />}
      <Actions life={life} onAsk={setAsking} />
      {asking && (
        <Ask
          key={asking}
          {...{ graph, life, saved }}
          step={asking}
          onClose={(done) => {
            setAsking(null);
            if (!done) return;
            // The button that was pressed is likely gone.
            document.getElementById('standing')?.focus();
            onDone();
          }}
        />
      )}
    </section>
  );
}

function Notes({ life }: { life: PlanLife }) {
  const words = useWords();
  const { status, isAsAdopted, amends, amendedBy, changesRequests, newest, contentHash } = life;
  const [request] = changesRequests;
  const changed = status === 'UNDER_REVIEW' && newest?.kind === 'SUBMITTED' && newest.contentHash !== contentHash;
  return (
    <>
      {status === 'CHANGES_REQUESTED' && request && (
        <figure className="said">
          <blockquote>{request.note}</blockquote>
          <figcaption>
            {words.life.askedBy(
              request.requestedBy?.displayName ?? words.plan.someone,
              formatMoment(request.requestedAt, words.locale),
            )}
          </figcaption>
        </figure>
      )}
      {isAsAdopted === true && <p className="as-adopted">{words.life.asAdopted}</p>}
      {isAsAdopted === false && <p className="note note-warn">{words.life.notAsAdopted}</p>}
      {changed && <p className="note note-warn">{words.life.changedSince}</p>}
      {amends && (
        <p>
          {words.life.amends} <Link to={planPath(amends.id)}>{amends.title.text}</Link>
        </p>
      )}
      {amendedBy && (
        <p>
          {words.life.amendedBy(words.states[amendedBy.status] ?? amendedBy.status)}{' '}
          <Link to={planPath(amendedBy.id)}>{amendedBy.title.text}</Link>
        </p>
      )}
    </>
  );
}

function Actions({ life, onAsk }: { life: PlanLife; onAsk: (step: Step) => void }) {
  const { life: words } = useWords();
  const rights = useRights();
  const { status } = life;
  const { decisionIds } = findAdopting(life);
  const offered: Step[] = [];
  if (rights.submit && (status === 'DRAFT' || status === 'CHANGES_REQUESTED')) offered.push('submit');
  if (rights.conclude && status === 'UNDER_REVIEW') {
    if (decisionIds.length > 0) offered.push('adopt');
    offered.push('request');
  }
  if (rights.conclude && status === 'ADOPTED') offered.push('amend', 'archive');
  if (offered.length === 0) return null;
  return (
    <p className="standing-actions">
      {offered.map((step, index) => (
        <button
          key={step}
          type="button"
          className={index === 0 && step !== 'request' ? 'button' : 'button-quiet'}
          onClick={() => onAsk(step)}
        >
          {words.actions[step]}
        </button>
      ))}
    </p>
  );
}
