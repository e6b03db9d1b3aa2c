import { createHash } from 'node:crypto';
import { expect } from '@jest/globals';
import { type Instance, joint, type Name, nextMutation, type World } from './subgraph.ts';

export const hash = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex');
const parts = `suggestion { id number nodeId field locale proposedText baseText baseHash status note version author { id } resolvedBy { id } resolvedAt createdAt }
  problems { __typename ... on UserError { message path } ... on ConflictError { currentVersion } }`;

/** What people do with suggestions, through one instance. */
export function suggesting(world: World) {
  const here = world.instance;
  async function mutate(who: Name, command: string, input: object, at: Instance = here) {
    const type = {
      proposeSuggestion: 'ProposeSuggestionInput',
      acceptSuggestion: 'ResolveSuggestionInput',
      rejectSuggestion: 'ResolveSuggestionInput',
      withdrawSuggestion: 'WithdrawSuggestionInput',
    }[command];
    const { data, errors } = await at.ask(
      who,
      `mutation ($input: ${type}!) { ${command}(input: $input) { ${parts} } }`,
      {
        input: { clientMutationId: nextMutation(), ...input },
      },
    );
    if (errors) throw new Error(JSON.stringify(errors));
    return data[command];
  }
  async function textOf(nodeId: string, field = 'title', locale = 'en', who: Name = 'africa-coordinator') {
    const { data } = await here.ask(
      who,
      'query ($plan: ID!, $node: ID!, $field: String!, $locale: LocaleTag!) { workingPlan(id: $plan) { text(nodeId: $node, field: $field, locale: $locale) { text hash } } }',
      { plan: nodeId.split('/')[0], node: nodeId, field, locale },
    );
    return data.workingPlan?.text ?? null;
  }
  /** Proposes against the text as it is now. */
  async function propose(who: Name, nodeId: string, proposedText: string, over: object = {}) {
    const { field = 'title', locale = 'en' } = over as { field?: string; locale?: string };
    const { hash: baseHash } = await textOf(nodeId, field, locale);
    return mutate(who, 'proposeSuggestion', { nodeId, field, locale, proposedText, baseHash, ...over });
  }
  async function open(nodeId = `${joint}/a1.1.1`, who: Name = 'africa-rep'): Promise<string> {
    const { text } = await textOf(nodeId);
    const { suggestion, problems } = await propose(who, nodeId, `${text}!`);
    expect(problems).toEqual([]);
    return suggestion.id;
  }
  const list = async (who: Name, planId: string, args = '', at: Instance = here) =>
    (
      await at.ask(
        who,
        `{ workingPlan(id: "${planId}") { suggestions${args} { edges { node { id number status } } pageInfo { hasNextPage endCursor } } } }`,
      )
    ).data.workingPlan?.suggestions;
  const statusOf = async (id: string, who: Name = 'africa-coordinator') =>
    (
      await here.ask(
        who,
        `{ _entities(representations: [{ __typename: "Suggestion", id: "${id}" }]) { ... on Suggestion { status } } }`,
      )
    ).data._entities[0]?.status ?? null;
  const setStatus = async (status: string, planId = joint) => {
    await world.db.query('UPDATE working_plans.plan SET status = $2 WHERE id = $1', [planId, status]);
  };
  const editsNamed = async (id: string) =>
    (await world.db.query('SELECT seq::int, seat_id, touched FROM working_plans.plan_edit WHERE edit_id = $1', [id]))
      .rows;

  return { mutate, textOf, propose, open, list, statusOf, setStatus, editsNamed };
}
