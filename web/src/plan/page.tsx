import { useEffect, useMemo, useRef, useSyncExternalStore } from 'react';
import type { Graph } from '../../co-editing/graph.ts';
import { Link } from '../parts/link.tsx';
import '../style/people.css';
import '../style/plan.css';
import '../style/life.css';
import { useWords } from '../words/words.ts';
import { DetailsContext, usePlanDetails } from './details.ts';
import { LifeContext, usePlanLife } from './life/read.ts';
import { OpenPlan } from './open-plan.tsx';
import type { PlanPlace } from './path.ts';
import { versionsPath } from './path.ts';
import { BoardContext } from './people/board.ts';
import { Records } from './records/code.tsx';
import { RefusedTexts } from './refused-texts.tsx';
import { PlanTreeContext } from './rights.ts';
import { useSuggestions } from './suggestions/read.ts';
import { SuggestionsContext } from './suggestions/store.ts';
import { watchTree } from './tree.ts';
import { usePlan } from './use-plan.ts';

export function PlanPage(props: { graph: Graph; place: PlanPlace; subject: string; onSignedOut: () => void }) {
  const { graph, place, subject, onSignedOut } = props;
  const { planId, section } = place;
  const words = useWords();
  const { view, kept, session, board } = usePlan(graph, planId, subject);
  const { doc, status, refused } = view;
  const watched = useMemo(() => (doc ? watchTree(doc) : nothing), [doc]);
  const tree = useSyncExternalStore(watched.subscribe, watched.read);
  const { life, settled: isStanding, look, round } = usePlanLife(graph, planId, words.locale);
  const { details, settled } = usePlanDetails(graph, planId, words.locale, tree, life?.version);
  const suggestions = useSuggestions(graph, planId, round);
  const signedOut = status.kind === 'signed-out';
  useEffect(() => {
    if (signedOut) onSignedOut();
  }, [signedOut, onSignedOut]);

  // In another status the plan takes edits, or takes them no longer.
  const standing = life && (life.status === 'DRAFT' || life.status === 'CHANGES_REQUESTED');
  const before = useRef<boolean | null>(null);
  useEffect(() => {
    if (standing === null) return;
    const rights = session.current?.view.rights;
    const isStale = (standing && rights === 'frozen') || (!standing && rights === 'edit');
    if (isStale || (before.current !== null && before.current !== standing)) session.current?.recheck();
    before.current = standing;
  }, [standing, session]);
  // What was refused may have been refused for the plan's status.
  const refusals = refused.length;
  useEffect(() => {
    if (refusals > 0) look();
  }, [refusals, look]);

  const records = <Records {...{ graph, planId, place, doc }} onDone={look} />;
  const isClosed = status.kind === 'closed';
  return (
    <PlanTreeContext value={tree}>
      <LifeContext value={life}>
        <DetailsContext value={details}>
          <SuggestionsContext value={suggestions}>
            <div className="plan">
              <p className="crumb">
                <Link to="/">← {words.plan.back}</Link>
              </p>
              <RefusedTexts refused={refused} onForget={(id) => session.current?.forget(id)} />
              {!kept && <p className="note note-warn">{words.plan.notKept}</p>}
              {isClosed && (
                <p className="note" role="alert">
                  {words.plan.closed[status.code] ?? words.plan.closed.NOT_FOUND}{' '}
                  {life && section === 'text' && <Link to={versionsPath(planId)}>{words.life.readAdopted}</Link>}
                </p>
              )}
              {doc && tree && settled && isStanding && (
                <BoardContext value={board}>
                  <OpenPlan key={doc.guid} {...{ graph, place, tree, view, session }} onDone={look}>
                    {section !== 'text' && records}
                  </OpenPlan>
                </BoardContext>
              )}
              {isClosed && life && section !== 'text' && records}
              {!isClosed && !(doc && tree && settled && isStanding) && (
                <p className="quiet plan-opening" role="status">
                  {status.kind === 'waiting' ? words.plan.openingLong : words.plan.opening}
                </p>
              )}
            </div>
          </SuggestionsContext>
        </DetailsContext>
      </LifeContext>
    </PlanTreeContext>
  );
}

const nothing = { subscribe: () => () => {}, read: () => null };
