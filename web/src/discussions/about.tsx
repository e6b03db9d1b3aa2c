import { toPart } from '../address.ts';
import { Link } from '../parts/link.tsx';
import { planPath } from '../plan/path.ts';
import { useWords } from '../words/words.ts';
import { decisionPath } from './path.ts';

interface Text {
  text: string;
}

/** What a discussion or decision is about, as far as the page has a name for it. */
export interface AboutThing {
  __typename: string;
  id: string;
  code?: string;
  title?: Text | null;
  name?: Text | null;
  statement?: Text | null;
  plan?: { id: string; title: Text | null } | null;
}

/** Where the page shows it; null: nowhere. A part of a plan has its key after the plan's id. */
function pathOf({ __typename: type, id, plan }: AboutThing): string | null {
  if (type === 'WorkingPlan') return planPath(id);
  if (type === 'Decision') return decisionPath(id);
  return plan ? `${planPath(plan.id)}#${toPart(id.slice(plan.id.length + 1))}` : null;
}

/** Names it, with its plan where it is a part of one, and leads there. */
export function About({ thing }: { thing: AboutThing | null }) {
  const { discussions: said } = useWords();
  if (!thing) return <>{said.aboutHidden}</>;
  const { __typename: type, code, title, name, statement, plan } = thing;
  const path = pathOf(thing);
  const text = [code, (title ?? name ?? statement)?.text].filter(Boolean).join(' ');
  const kind = said.kinds[type] ?? type;
  return (
    <>
      {text && <span className="about-kind">{kind} </span>}
      {path ? <Link to={path}>{text || kind}</Link> : text || kind}
      {plan?.title && <span className="quiet"> · {plan.title.text}</span>}
    </>
  );
}
