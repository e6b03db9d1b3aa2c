import { readFileSync } from 'node:fs';

interface Localized {
  en: string;
  es: string;
}
interface ActivityRecord {
  title: Localized;
  description?: Localized;
  milestones?: { title: Localized; dueOn?: string }[];
}
const record: { objectives: { outcomes: { activities: ActivityRecord[] }[] }[] } = JSON.parse(
  readFileSync(new URL('../../seed/plan.json', import.meta.url), 'utf8'),
);
const known = record.objectives.flatMap(({ outcomes }) => outcomes.flatMap(({ activities }) => activities));
const themes = ['TRAFFICKING_IN_PERSONS', 'SMUGGLING_OF_MIGRANTS', 'FIREARMS', 'GENERAL_UNTOC', 'EMERGING_CRIMES'];
const localized = ({ en, es }: Localized) => [
  { locale: 'en', text: en },
  { locale: 'es', text: es },
];

/**
 * A new plan with so many activities, ten to an outcome and fifty to an objective, with the texts of the sample plan: made by the typed mutations, as a
 * client does that knows no CRDT.
 * @returns its id
 */
export async function growPlan(url: string, token: string, activities: number): Promise<string> {
  let made = 0;
  const change = async (name: string, type: string, of: string, input: object): Promise<string> => {
    const query = `mutation ($input: ${type}!) { ${name}(input: $input) { ${of} { id } problems { __typename } } }`;
    const variables = { input: { clientMutationId: `grow-${process.pid}-${activities}-${made++}`, ...input } };
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query, variables }),
    });
    const answer = await response.json();
    const id = answer.data?.[name]?.[of]?.id;
    if (!id) throw new Error(`${name}: ${JSON.stringify(answer)}`);
    return id;
  };
  const planId = await change('createPlan', 'CreatePlanInput', 'plan', {
    networkIds: ['net:americas'],
    title: localized({ en: `A plan of ${activities}`, es: `Un plan de ${activities}` }),
    periodStart: '2027-01-01',
    periodEnd: '2028-12-31',
    sourceLocale: 'en',
    visibility: 'NETWORK',
  });
  let [objectiveId, outcomeId] = ['', ''];
  for (let number = 0; number < activities; number++) {
    const code = [1 + Math.floor(number / 50), 1 + (Math.floor(number / 10) % 5), 1 + (number % 10)];
    if (number % 50 === 0) {
      const title = localized({ en: `Objective ${code[0]}`, es: `Objetivo ${code[0]}` });
      const thematicArea = themes[(number / 50) % themes.length];
      objectiveId = await change('upsertObjective', 'UpsertObjectiveInput', 'objective', {
        planId,
        code: `${code[0]}`,
        title,
        thematicArea,
      });
    }
    if (number % 10 === 0) {
      const named = code.slice(0, 2).join('.');
      const statement = localized({ en: `Outcome ${named}`, es: `Resultado ${named}` });
      outcomeId = await change('upsertOutcome', 'UpsertOutcomeInput', 'outcome', {
        objectiveId,
        code: named,
        statement,
      });
    }
    const { title, description = title, milestones = [] } = known[number % known.length] as ActivityRecord;
    const activityId = await change('upsertActivity', 'UpsertActivityInput', 'activity', {
      outcomeId,
      code: code.join('.'),
      title: localized(title),
      description: localized(description),
    });
    for (const milestone of milestones.slice(0, 2)) {
      const { dueOn } = milestone;
      await change('upsertMilestone', 'UpsertMilestoneInput', 'milestone', {
        activityId,
        title: localized(milestone.title),
        ...(dueOn && { dueOn }),
      });
    }
  }
  return planId;
}
