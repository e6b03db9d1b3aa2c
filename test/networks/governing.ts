import { expect } from '@jest/globals';
import type { Actor } from '../../kit/context.ts';
import { appendEvents } from '../../kit/feed/publish.ts';
import type { DecisionConcluded } from '../../subgraphs/discussions/events.ts';
import { type NetworksWorld, seat } from '../networks.ts';

export const am = 'net:americas';
export const af = 'net:africa';
export const leadOfAmericas = seat('COORDINATOR', am);
export const editorOfAmericas = seat('MEMBER_EDITOR', am);
export const repOfAmericas = seat('MEMBER_REP', am);
export const steeringOfAfrica = seat('STEERING_COMMITTEE', af);

export const problems =
  'problems { __typename ... on UserError { message path } ... on ConflictError { currentVersion } }';

let mutations = 0;
export const nextMutation = (): string => `governing-${++mutations}`;

// biome-ignore lint/suspicious/noExplicitAny: payloads of several mutations
export type Payload = any;

/** A mutation with one `input`; its payload, or the codes of the errors there were instead. */
export async function change(
  world: NetworksWorld,
  actor: Actor,
  mutation: string,
  type: string,
  selection: string,
  input: object,
): Promise<Payload> {
  const { data, errors } = await world.ask(
    actor,
    `mutation ($input: ${type}!) { ${mutation}(input: $input) { ${selection} ${problems} } }`,
    { input: { clientMutationId: nextMutation(), ...input } },
  );
  return (
    data?.[mutation] ?? { errors: errors?.map(({ extensions }) => extensions.code), message: errors?.[0]?.message }
  );
}

/** `ValidationError input.title` or, of an error, its code. */
export const refusal = ({ problems: found, errors }: Payload): string | undefined =>
  errors?.[0] ?? found.map((one: Payload) => [one.__typename, ...(one.path ? [one.path.join('.')] : [])].join(' '))[0];

export function expectDone(payload: Payload): Payload {
  expect(payload.problems).toEqual([]);
  return payload;
}

let decisions = 0;

/** What discussions says when a decision is concluded: one event in each network that took it. @returns its id */
export async function conclude(
  world: NetworksWorld,
  said: Pick<DecisionConcluded, 'subject' | 'contentHash'> & Partial<DecisionConcluded> & { bodyIds?: string[] },
): Promise<string> {
  const { bodyIds = [], ...rest } = said;
  const data: DecisionConcluded = {
    decisionId: `decision:governing-${++decisions}`,
    networkIds: [am],
    outcome: 'ADOPTED',
    ...rest,
  };
  await world.owner.query('BEGIN');
  await appendEvents(
    (sql, parameters) => world.owner.query(sql, parameters),
    [
      {
        networkIds: data.networkIds,
        type: 'DECISION_CONCLUDED',
        eventType: 'org.net4u.decision.concluded.v1',
        subject: `decision/${data.decisionId}`,
        visibility: bodyIds.length > 0 ? 'GROUP' : 'NETWORK',
        bodyIds,
        data: { ...data },
      },
    ],
  );
  await world.owner.query('COMMIT');
  return data.decisionId;
}

/** The last thing that a network's feed has said. */
export const lastSaid = async (world: NetworksWorld, networkId = am) => {
  const { rows } = await world.owner.query(
    'SELECT type, subject, visibility, data FROM feed.event WHERE network_id = $1 ORDER BY position DESC LIMIT 1',
    [networkId],
  );
  return rows[0];
};

export const countSaid = async (world: NetworksWorld): Promise<number> =>
  Number((await world.owner.query('SELECT count(*) FROM feed.event')).rows[0].count);
