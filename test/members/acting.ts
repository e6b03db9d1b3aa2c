import { expect } from '@jest/globals';
import type { Actor } from '../../kit/context.ts';
import type { MembersWorld } from './world.ts';

/** What is done with organisations and seats. @param worldOf asked at each act: a suite's world stands only once it runs */
export function createActs(worldOf: () => MembersWorld) {
  let serial = 0;
  /** Calls a mutation. @returns the thing, or the problem as `Type: message` */
  async function act(actor: Actor | string, name: string, type: string, input: object, pick: string) {
    const thing = name === 'updateOrganisation' ? 'organisation' : 'seat';
    const problems =
      'problems { __typename ... on UserError { message path } ... on ConflictError { currentVersion } }';
    const { data, errors } = await worldOf().ask(
      actor,
      `mutation ($input: ${type}!) { act: ${name}(input: $input) { ${thing} { ${pick} } ${problems} } }`,
      { input: { clientMutationId: `s${++serial}`, ...input } },
    );
    expect(errors).toBeUndefined();
    const [problem] = data.act.problems;
    return problem ? `${problem.__typename}: ${problem.message}` : data.act[thing];
  }
  const versionOf = async (id: string): Promise<number> =>
    (await worldOf().sql('SELECT version FROM members.organisation WHERE id = $1', [id]))[0].version;
  const update = async (actor: Actor | string, id: string, input: object, pick = 'id version') =>
    act(
      actor,
      'updateOrganisation',
      'UpdateOrganisationInput',
      { id, expectedVersion: await versionOf(id), ...input },
      pick,
    );
  const seat = (actor: Actor | string, name: string, input: object, pick = 'id displayName', type = 'SeatInput') =>
    act(actor, name, type, input, pick);
  return { act, update, seat, versionOf, next: () => ++serial };
}
