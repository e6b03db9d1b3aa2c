import { type ReactNode, useContext, useEffect, useMemo, useRef, useState } from 'react';
import type { Graph } from '../../co-editing/graph.ts';
import type { PlanView } from '../../co-editing/view.ts';
import { Provenance } from '../parts/provenance.tsx';
import { formatPartialDate, useWords } from '../words/words.ts';
import { Beside } from './beside.tsx';
import { DeletedNodes } from './deleted-nodes.tsx';
import { DetailsContext, mayType } from './details.ts';
import { takesSuggestions } from './life/findings.ts';
import { LifeContext } from './life/read.ts';
import { Standing } from './life/standing.tsx';
import { Objective } from './nodes.tsx';
import { type Mode, type Opened, OpenedContext } from './open.ts';
import type { PlanPlace } from './path.ts';
import { Company } from './people/company.tsx';
import { useRights } from './rights.ts';
import { Sections } from './sections.tsx';
import { StatusBar } from './status-bar.tsx';
import { LocaleContext, Localized } from './text/localized.tsx';
import { TitleContext } from './title.ts';
import { readCode, readLocales, readText, type TreeNode } from './tree.ts';
import { useCompositionHold, type usePlan } from './use-plan.ts';

/** A plan whose document is here. @param props.children stands in place of its text */
export function OpenPlan(props: {
  graph: Graph;
  place: PlanPlace;
  tree: TreeNode;
  view: PlanView;
  session: ReturnType<typeof usePlan>['session'];
  onDone: () => void;
  children: ReactNode;
}) {
  const { graph, place, tree, view, session, onDone, children } = props;
  const { rights } = view;
  const { planId } = place;
  const words = useWords();
  const details = useContext(DetailsContext);
  const life = useContext(LifeContext);
  const suggests = useRights().suggest() && takesSuggestions(life) && rights !== 'edit';
  const frame = useRef<HTMLDivElement>(null);
  useCompositionHold(frame, session);
  const [mode, setMode] = useState<Mode>('plain');
  const opened = useMemo<Opened>(() => ({ graph, planId, mode, onDone }), [graph, planId, mode, onDone]);
  const [chosen, setChosen] = useState<string | null>(null);
  // Another language of the page is another language of the text, until one is chosen for the text again.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the page's language is what this waits for
  useEffect(() => setChosen(null), [words.locale]);

  const title = readText(tree, 'title', words.locale);
  const name = String(title?.text ?? title?.other?.text ?? '');
  useEffect(() => {
    document.title = name ? `${name} · NET4U` : 'NET4U';
  }, [name]);

  const isText = place.section === 'text';
  // biome-ignore lint/correctness/useExhaustiveDependencies: once it is shown, not whenever the tree changes
  useEffect(() => {
    if (isText) showPlace(tree, decodeURIComponent(location.hash.slice(1)));
  }, [isText]);

  const locales = readLocales(tree);
  const locale = [chosen, words.locale, locales[0]].find((tag) => tag && locales.includes(tag)) ?? 'en';
  const editable = rights === 'edit';
  const typing = editable && mayType(details);
  const partly = editable && !typing ? words.plan.partly : null;
  const note = rights === 'frozen' ? words.plan.frozen : rights === 'read' ? words.plan.readOnly : partly;
  const period = ['periodStart', 'periodEnd']
    .map((field) => tree.map.get(field))
    .filter((date): date is string => typeof date === 'string')
    .map((date) => formatPartialDate(date, words.locale))
    .join(' – ');
  return (
    <LocaleContext value={locale}>
      <TitleContext value={name}>
        <OpenedContext value={opened}>
          <StatusBar {...{ view, locales, locale }} onLocale={setChosen} onSync={() => session.current?.syncNow()}>
            <Company people={view.people} codeOf={(key) => readCode(tree, key)} />
          </StatusBar>
          <Sections {...{ place, mode }} onMode={setMode} />
          {children}
          <div ref={frame} hidden={!isText}>
            {note && (
              <p className="note plan-note">
                {note} {suggests && words.life.suggestHint}
              </p>
            )}
            <header className="plan-head" id="plan">
              <p className="kicker">
                <span className="tag">{(details.status && words.states[details.status]) ?? ' '}</span>
                <Provenance of={details.provenance} name="" />
                <span className="facts-line">
                  {[details.networks.map(({ name }) => name?.text).join(' · '), period].filter(Boolean).join(' — ')}
                </span>
              </p>
              <h1>
                <Localized node={tree} field="title" label={words.plan.titleOf.plan!('')} editable={typing} />
              </h1>
              <Beside node={tree} field="title" label={words.plan.titleOf.plan!('')} />
              <div className="preamble">
                <Localized node={tree} field="preamble" label={words.plan.preamble} editable={typing} />
              </div>
              <Beside node={tree} field="preamble" label={words.plan.preamble} />
            </header>
            <Standing graph={graph} saved={view.status.kind === 'saved'} onDone={onDone} />
            {tree.children.map((objective) => (
              <Objective key={objective.key} node={objective} editable={editable} />
            ))}
            {view.doc && <DeletedNodes doc={view.doc} tree={tree} editable={editable} />}
          </div>
        </OpenedContext>
      </TitleContext>
    </LocaleContext>
  );
}

/** Scrolls to a node that the address names, or to the nearest above it that is on the page: what is folded away is not. */
function showPlace(tree: TreeNode, key: string): void {
  const pathTo = (node: TreeNode): TreeNode[] | null => {
    if (node.key === key) return [node];
    for (const child of node.children) {
      const found = pathTo(child);
      if (found) return [...found, node];
    }
    return null;
  };
  const path = key ? (pathTo(tree) ?? []) : [];
  const shown = path.map((node) => document.getElementById(node.key)).find(Boolean);
  shown?.scrollIntoView({ block: 'start' });
}
