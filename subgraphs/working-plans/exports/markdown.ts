import { sayStatus } from './columns.ts';
import type { ActivityModel, PlanModel, Text } from './model.ts';
import { coded, sayIndicator } from './undp.ts';
import type { Say } from './words.ts';

/** The plan as a text that people read, with its facts as lists. */
export function writeMarkdown(plan: PlanModel, say: Say): Uint8Array {
  const { source } = plan;
  const out: string[] = [`# ${inline(plan.title.text)}`, ''];
  const fact = (word: Parameters<Say>[0], value: string | undefined) =>
    value ? out.push(`- **${say(word)}**: ${inline(value)}`) : undefined;
  fact('networks', source.networkIds.map((id) => plan.nameOf(id)).join(', '));
  fact('period', [plan.periodStart, plan.periodEnd].filter(Boolean).join(' – '));
  fact('status', sayStatus(source.status, say));
  fact('version', source.version === null ? say('asItStands') : String(source.version));
  fact('contentHash', source.contentHash);
  out.push('', ...paragraphs(plan.preamble));
  for (const objective of plan.objectives) {
    out.push(`## ${inline(coded(objective.code, objective.title.text))}`, '');
    fact('thematicArea', sayStatus(objective.thematicArea, say));
    fact('sdgTargets', objective.sdgTargets.join(', '));
    out.push('');
    for (const outcome of objective.outcomes) {
      out.push(`### ${inline(coded(outcome.code, outcome.statement.text))}`, '', ...paragraphs(outcome.assumptions));
      for (const one of outcome.indicators) out.push(`- ${inline(sayIndicator(one, say))}`);
      if (outcome.indicators.length > 0) out.push('');
      for (const activity of outcome.activities) writeActivity(plan, activity, say, out, fact);
    }
  }
  return Buffer.from(
    `${out
      .join('\n')
      .replace(/\n{3,}/g, '\n\n')
      .trim()}\n`,
  );
}

function writeActivity(
  plan: PlanModel,
  activity: ActivityModel,
  say: Say,
  out: string[],
  fact: (word: Parameters<Say>[0], value: string | undefined) => unknown,
): void {
  out.push(`#### ${inline(coded(activity.code, activity.title.text))}`, '', ...paragraphs(activity.description));
  fact('status', sayStatus(activity.status, say));
  fact('note', activity.note ?? '');
  fact('responsible', activity.responsible ? plan.nameOf(activity.responsible) : '');
  fact('expertGroup', activity.expertGroup ? plan.nameOf(activity.expertGroup) : '');
  fact('partners', [...activity.partners.map((id) => plan.nameOf(id)), ...activity.externalPartners].join(', '));
  fact('countries', activity.countries.map((code) => plan.countryOf(code)).join(', '));
  fact('period', [activity.startsOn, activity.endsOn].filter(Boolean).join(' – '));
  fact('instrumentArticles', activity.instrumentArticles.join(', '));
  fact('dependsOn', activity.dependsOn.join(', '));
  for (const { title, url } of activity.strategies) fact('strategies', url ? `${title} (${url})` : title);
  const list = (word: Parameters<Say>[0], lines: string[]) => {
    if (lines.length > 0) out.push('', `**${say(word)}**`, '', ...lines.map((line) => `- ${inline(line)}`));
  };
  list(
    'milestones',
    activity.milestones.map(({ title, dueOn, status, reachedOn }) =>
      [dueOn, title.text, status && `(${sayStatus(status, say)}${reachedOn ? ` ${reachedOn}` : ''})`]
        .filter(Boolean)
        .join(' '),
    ),
  );
  list(
    'indicators',
    activity.indicators.map((one) => sayIndicator(one, say)),
  );
  list(
    'budget',
    activity.budget.map(({ label, amount, currency, fundingSource }) =>
      [`${label}:`, amount, currency, fundingSource && `(${fundingSource})`].filter(Boolean).join(' '),
    ),
  );
  list(
    'risks',
    activity.risks.map(({ description, likelihood, impact, mitigation }) =>
      [
        description.text,
        likelihood && `${say('likelihood')}: ${sayStatus(likelihood, say)}.`,
        impact && `${say('impact')}: ${sayStatus(impact, say)}.`,
        mitigation.text && `${say('mitigation')}: ${mitigation.text}`,
      ]
        .filter(Boolean)
        .join(' '),
    ),
  );
  out.push('');
}

/** What people wrote is text: no character of it is Markdown's or HTML's. */
const inline = (text: string): string =>
  text
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[\\`*_[\]<>#|~&]/g, (c) => (c === '<' ? '&lt;' : c === '&' ? '&amp;' : `\\${c}`));

const paragraphs = ({ text }: Text): string[] =>
  text.split('\n').flatMap((line) => (line.trim() ? [inline(line).replace(/^([-+]|\d+[.)])(?=\s)/, '\\$1'), ''] : []));
