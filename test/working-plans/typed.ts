import { type Answer, createPlan, type Instance, joint, type Name, nextMutation } from './subgraph.ts';

/** What each mutation answers with, and a few fields to look at. */
const payloads: Record<string, [input: string, thing: string, fields: string]> = {
  upsertObjective: ['UpsertObjectiveInput', 'objective', 'code title { text } thematicArea sdgTargets networks { id }'],
  upsertOutcome: ['UpsertOutcomeInput', 'outcome', 'code statement { text } assumptions { text }'],
  upsertActivity: [
    'UpsertActivityInput',
    'activity',
    `code title(locale: "en") { locale text } description(locale: "en") { text } responsible { id } expertGroup { id } partners { id }
     externalPartners countries { code } startsOn endsOn instrumentArticles sdgTargets dependsOn { id } status version`,
  ],
  upsertMilestone: ['UpsertMilestoneInput', 'milestone', 'title { text } dueOn status version'],
  upsertIndicator: [
    'UpsertIndicatorInput',
    'indicator',
    'name { text } unit baseline target meansOfVerification { text } disaggregation frequency actual version',
  ],
  upsertBudgetLine: ['UpsertBudgetLineInput', 'budgetLine', 'label amount currency fundingSource'],
  upsertRisk: [
    'UpsertRiskInput',
    'risk',
    'description { text } mitigation { text } likelihood impact owner { id } safetyRelevant',
  ],
  updatePlanDetails: [
    'PlanDetailsInput',
    'plan',
    'title(locale: "en") { text } preamble { text } periodStart periodEnd',
  ],
  movePlanNode: ['MovePlanNodeInput', 'plan', 'version'],
  deletePlanNode: ['PlanNodeInput', 'plan', 'version'],
  restorePlanNode: ['PlanNodeInput', 'plan', 'version'],
  addPlanLocale: ['PlanLocaleInput', 'plan', 'locales'],
  setMilestoneStatus: ['MilestoneStatusInput', 'milestone', 'status reachedOn evidence version'],
  setIndicatorActual: ['IndicatorActualInput', 'indicator', 'actual version'],
  setObjectiveNetworks: ['ObjectiveNetworksInput', 'objective', 'networks { id } plan { version }'],
};
export const mutations = Object.keys(payloads);

export type Changed = {
  // biome-ignore lint/suspicious/noExplicitAny: payloads of many shapes
  thing: any;
  problems: { __typename: string; message: string; path?: string[]; currentVersion?: number }[];
};

export async function tryChange(here: Instance, who: Name, name: string, input: object): Promise<Answer> {
  const [type, thing, fields] = payloads[name]!;
  return here.ask(
    who,
    `mutation ($input: ${type}!) { ${name}(input: $input) { ${thing} { id ${fields} }
      problems { __typename ... on UserError { message path } ... on ConflictError { currentVersion } } } }`,
    { input: { clientMutationId: nextMutation(), ...input } },
  );
}

/** A typed mutation; throws for errors that are no problems of its payload. */
export async function change(here: Instance, who: Name, name: string, input: object): Promise<Changed> {
  const { data, errors } = await tryChange(here, who, name, input);
  if (errors) throw new Error(JSON.stringify(errors));
  const { problems, ...rest } = data[name];
  return { thing: rest[payloads[name]![1]], problems };
}

/** The same, which must pass. @returns the node or plan */
export async function make(here: Instance, who: Name, name: string, input: object): Promise<Changed['thing']> {
  const { thing, problems } = await change(here, who, name, input);
  if (problems.length > 0) throw new Error(`${name} ${JSON.stringify(input)}: ${JSON.stringify(problems)}`);
  return thing;
}

const treeQuery = `query ($id: ID!) { workingPlan(id: $id) { objectives { id outcomes { id indicators { id }
  activities { id milestones { id } indicators { id } budget { id } risks { id } } } } } }`;
type Node = { id: string; [children: string]: Node[] | string };

/** Ids of the typed tree, each with those below it, in order. */
export async function treeOf(here: Instance, who: Name, planId = joint): Promise<unknown> {
  const { data, errors } = await here.ask(who, treeQuery, { id: planId });
  if (errors) throw new Error(JSON.stringify(errors));
  const walk = (node: Node): unknown => [
    node.id,
    ...Object.entries(node).flatMap(([name, value]) =>
      name !== 'id' && Array.isArray(value) && value.length > 0 ? [{ [name]: value.map(walk) }] : [],
    ),
  ];
  return data.workingPlan.objectives.map(walk);
}

export const inEnglish = (text: string) => [{ locale: 'en', text }];

/** One plan with one node of each kind. */
export async function grow(here: Instance, who: Name = 'both-editor') {
  const planId = await createPlan(here, who, { sourceLocale: 'en' });
  const objective = await make(here, who, 'upsertObjective', {
    planId,
    title: inEnglish('Objective'),
    thematicArea: 'FIREARMS',
  });
  const outcome = await make(here, who, 'upsertOutcome', {
    objectiveId: objective.id,
    statement: inEnglish('Outcome'),
  });
  const activity = await make(here, who, 'upsertActivity', { outcomeId: outcome.id, title: inEnglish('Activity') });
  const below = { activityId: activity.id };
  const milestone = await make(here, who, 'upsertMilestone', { ...below, title: inEnglish('Milestone') });
  const indicator = await make(here, who, 'upsertIndicator', { parentId: outcome.id, name: inEnglish('Indicator') });
  const budgetLine = await make(here, who, 'upsertBudgetLine', { ...below, label: 'Travel' });
  const risk = await make(here, who, 'upsertRisk', { ...below, description: inEnglish('Risk') });
  return { planId, objective, outcome, activity, milestone, indicator, budgetLine, risk };
}
export type Grown = Awaited<ReturnType<typeof grow>>;
