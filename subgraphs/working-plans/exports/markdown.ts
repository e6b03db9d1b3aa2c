import type { PlanModel, Text } from './model.ts';
import {
  type Fact,
  factsOfActivity,
  factsOfObjective,
  factsOfPlan,
  indicatorsOf,
  type List,
  listsOfActivity,
} from './narrative.ts';
import { coded } from './undp.ts';
import type { Say } from './words.ts';

/** The plan as a text that people read, with its facts as lists. */
export function writeMarkdown(plan: PlanModel, say: Say): Uint8Array {
  const out: string[] = [`# ${inline(plan.title.text)}`, ''];
  const facts = (all: readonly Fact[]) =>
    out.push(...all.map(([word, value]) => `- **${say(word)}**: ${inline(value)}`));
  const lists = (all: readonly List[]) => {
    for (const [word, lines] of all) out.push('', `**${say(word)}**`, '', ...lines.map((line) => `- ${inline(line)}`));
  };
  facts(factsOfPlan(plan, say));
  out.push('', ...paragraphs(plan.preamble));
  for (const objective of plan.objectives) {
    out.push(`## ${inline(coded(objective.code, objective.title.text))}`, '');
    facts(factsOfObjective(objective, say));
    out.push('');
    for (const outcome of objective.outcomes) {
      out.push(`### ${inline(coded(outcome.code, outcome.statement.text))}`, '', ...paragraphs(outcome.assumptions));
      lists(indicatorsOf(outcome, say));
      out.push('');
      for (const activity of outcome.activities) {
        out.push(`#### ${inline(coded(activity.code, activity.title.text))}`, '', ...paragraphs(activity.description));
        facts(factsOfActivity(activity, plan, say));
        lists(listsOfActivity(activity, say));
        out.push('');
      }
    }
  }
  return Buffer.from(
    `${out
      .join('\n')
      .replace(/\n{3,}/g, '\n\n')
      .trim()}\n`,
  );
}

/** What people wrote is text: no character of it is Markdown's or HTML's. */
const inline = (text: string): string =>
  text
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[\\`*_[\]<>#|~&]/g, (c) => (c === '<' ? '&lt;' : c === '&' ? '&amp;' : `\\${c}`));

const paragraphs = ({ text }: Text): string[] =>
  text.split('\n').flatMap((line) => (line.trim() ? [inline(line).replace(/^([-+]|\d+[.)])(?=\s)/, '\\$1'), ''] : []));
