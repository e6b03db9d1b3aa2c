import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { GatewayOptions } from '../../gateway/server.ts';
import type { Answer } from '../people.ts';
import type { SubgraphSource } from './subgraph.ts';
import { startWorld, type World } from './world.ts';

export interface Case {
  name: string;
  query: string;
  variables?: Record<string, unknown>;
  /** The whole of `data`; undefined: there is none. */
  data: unknown;
  /** All errors in any order, each as `path.to.0.field: CODE`, followed by the message or its beginning where it is promised. */
  errors?: string[];
  /** The variables of every request that a subgraph gets, by subgraph; a subgraph that is not named gets none. */
  sent?: Record<string, unknown[]>;
}

export const describeErrors = ({ errors = [] }: Answer): string[] =>
  errors.map(({ path = [], extensions, message }) => `${path.join('.')}: ${extensions?.code} ${message}`).sort();

/** Compares an answer, as `Case` has it. */
export function expectAnswer(answer: Answer, { data, errors = [] }: Pick<Case, 'data' | 'errors'>): void {
  const wanted = [...errors].sort();
  const said = describeErrors(answer);
  const matched = said.map((text, i) => (wanted[i] !== undefined && text.startsWith(wanted[i]) ? wanted[i] : text));
  expect({ data: answer.data, errors: matched }).toEqual({ data, errors: wanted });
}

/** The key order of an answer is the client's: compares it too. */
const expectOrder = (answer: Answer, data: unknown) =>
  expect(JSON.stringify(answer.data ?? null)).toBe(JSON.stringify(data ?? null));

/** Asks each case over HTTP, and again over the socket, in a world that is started once. @returns the world, once it is started */
export function runSituation(
  name: string,
  sources: Record<string, SubgraphSource>,
  cases: Case[],
  more: (world: () => World) => void = () => {},
  options: Partial<GatewayOptions> = {},
): void {
  describe(name, () => {
    let world: World;
    beforeAll(async () => {
      world = await startWorld(sources, options);
    });
    afterAll(() => world?.stop());

    for (const { name: what, query, variables, sent, ...expected } of cases) {
      test(what, async () => {
        world.takeSeen();
        const answer = await world.ana.ask(query, variables);
        const seen = world.takeSeen();
        expectAnswer(answer, expected);
        expectOrder(answer, expected.data);
        if (sent) {
          const bySubgraph: Record<string, unknown[]> = {};
          for (const { subgraph, variables } of seen)
            bySubgraph[subgraph] = [...(bySubgraph[subgraph] ?? []), variables];
          expect(bySubgraph).toEqual(sent);
        }
        const following = world.ana.follow(query, variables);
        const ended = following.ended.then((errors) => ({ errors }) as Answer);
        expectAnswer(await Promise.race([following.next(), ended]), expected);
      });
    }
    more(() => world);
  });
}
