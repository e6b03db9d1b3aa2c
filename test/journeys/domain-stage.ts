import { setTimeout as delay } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { signToken } from '../../issuer/sign.ts';
import { decisionRules } from '../../subgraphs/discussions/round.ts';
import { createMember, type Following, type Member } from '../people.ts';
import { startWorld, type World } from '../world.ts';
import { Ran } from './domain-ran.ts';

export const am = 'net:americas';
export const af = 'net:africa';

// biome-ignore lint/suspicious/noExplicitAny: answers are asserted on, field by field
type Any = any;

/** What networks are asked. Each voice is one organisation's, and says yes. */
export interface Question {
  /** Opens the round, and has it counted. */
  by: string;
  voices: string[];
  networkIds: string[];
  subject: { typename: string; id: string };
  contentHash: string;
  /** With `visibility: 'GROUP'`: what a body decides. */
  bodyId?: string;
  visibility?: string;
}

/** The platform, and people who do what they do through its gateway alone. */
export interface Stage {
  world: World;
  ran: Ran;
  /** A persona of seed/personas.json, `partner`, or the subject that a sign-in is known by, as `guest:ann`. */
  as(who: string): Promise<Member>;
  /** Asks, and expects no error. @returns the data */
  see(who: string, text: string, variables?: object, name?: string): Promise<Any>;
  /** Asks until it holds: of what somebody's rights have become the gateway may know a second later. @returns the data */
  until(who: string, text: string, holds: (data: Any) => boolean): Promise<Any>;
  /** Runs a mutation, and expects no problem. @param selection of what it answers with @returns that */
  act(who: string, mutation: string, given: object, selection: string): Promise<Any>;
  /** Runs a mutation that is refused. @returns the problem's kind and message, or the error's code */
  refused(who: string, mutation: string, given: object): Promise<string>;
  /** @returns the decision's id, once the round has passed and it is ADOPTED in every network */
  decide(question: Question): Promise<string>;
  /** What the feed has said of a thing since the stage was set, to this reader: `type slug`, sorted. */
  heard(who: string, id: string): Promise<string[]>;
  /** What the audit log of a network has of a thing, as this reader sees it, oldest first: `action detail`. */
  audited(who: string, networkId: string, id: string): Promise<string[]>;
  /** The updates as they come. Its first message, a heartbeat, is taken. */
  listen(who: string): Promise<Following>;
  stop(): Promise<void>;
}

/** How far the clock of the rounds is ahead, in ms: nobody waits for a round to pass. */
let passed = 0;
export const pass = (ms: number): void => {
  passed += ms;
};
/** By the clock of the rounds. */
export const now = () => new Date(Date.now() + passed);
const round = 300_000; // ms: the length of a round in a meeting
const problems = 'problems { __typename ... on UserError { message } }';

export async function startStage(): Promise<Stage> {
  // `start` reads the rules once: in this process the rounds have this clock.
  decisionRules.now = now;
  const world = await startWorld();
  const ran = new Ran();
  const guests = new Map<string, Promise<Member>>();
  let serial = 0;

  const signIn = async (sub: string): Promise<Member> =>
    createMember(world.url, await signToken({ dataDir: world.dataDir, persona: 'observer', overrides: { sub } }));
  function as(who: string): Promise<Member> {
    if (!who.includes(':')) return world.people.as(who);
    const guest = guests.get(who) ?? signIn(who);
    guests.set(who, guest);
    return guest;
  }

  async function see(who: string, text: string, variables: object = {}, name?: string) {
    const answer = await (await as(who)).ask(text, { ...variables }, name);
    expect({ who, errors: answer.errors }).toEqual({ who, errors: undefined });
    ran.add(answer, text, name);
    return answer.data;
  }

  async function until(who: string, text: string, holds: (data: Any) => boolean) {
    for (const end = Date.now() + 60_000; ; ) {
      const data = await see(who, text);
      if (holds(data)) return data;
      expect({ who, late: Date.now() > end, data }).toMatchObject({ late: false });
      await delay(50); // a look costs a request
    }
  }

  function write(mutation: string, given: object, selection: string) {
    const field = ran.schema.getMutationType()?.getFields()[mutation];
    if (!field) throw new Error(`there is no mutation ${mutation}`);
    const takesInput = field.args.some(({ name }) => name === 'input');
    serial += 1;
    const variables = takesInput ? { input: { clientMutationId: `journey-${serial}`, ...given } } : { ...given };
    const named = field.args.filter(({ name }) => name in variables);
    const declared = named.map(({ name, type }) => `$${name}: ${type}`).join(', ');
    const passedOn = named.map(({ name }) => `${name}: $${name}`).join(', ');
    const text = `mutation (${declared}) { ${mutation}(${passedOn}) { ${selection} ${problems} } }`;
    return { text, variables };
  }
  async function act(who: string, mutation: string, given: object, selection: string) {
    const { text, variables } = write(mutation, given, selection);
    const { [mutation]: payload } = await see(who, text, variables);
    expect({ who, mutation, problems: payload.problems }).toEqual({ who, mutation, problems: [] });
    return Object.entries<Any>(payload).find(([key]) => key !== 'problems')?.[1];
  }
  async function refused(who: string, mutation: string, given: object) {
    const { text, variables } = write(mutation, given, '');
    const { data, errors } = await (await as(who)).ask(text, variables);
    if (errors) return `${errors[0]?.extensions.code}`;
    const [problem] = data[mutation].problems;
    expect({ who, mutation, problem }).toMatchObject({ problem: { message: expect.any(String) } });
    return `${problem.__typename}: ${problem.message}`;
  }

  async function decide({ by, voices, ...question }: Question) {
    const title = [{ locale: 'en', text: 'Do we agree? (sample)' }];
    const asked = { ...question, title, method: 'MAJORITY', quorum: voices.length };
    const { id: decisionId } = await act(by, 'openDecision', asked, 'decision { id }');
    const closesAt = new Date(now().getTime() + round).toISOString();
    const times = { closesAt, shortReason: 'In the meeting of today (sample)' };
    await act(by, 'startDecisionRound', { decisionId, expectedVersion: 1, ...times }, 'decision { status }');
    const { contentHash } = question;
    for (const voice of voices) {
      await act(voice, 'takePosition', { decisionId, contentHash, position: 'YES' }, 'decision { id }');
    }
    pass(round);
    const step = { decisionId, expectedVersion: 2 };
    const decision = await act(by, 'concludeDecision', step, 'decision { status contentHash }');
    expect(decision).toEqual({ status: 'ADOPTED', contentHash });
    return decisionId as string;
  }

  const { networkUpdates: beginning } = await see('partner', '{ networkUpdates(first: 1) { newestAvailable } }');
  async function heard(who: string, id: string) {
    const text = `query ($after: Cursor) { networkUpdates(after: $after, first: 100) {
      edges { node { type subject network { slug } } } pageInfo { hasNextPage endCursor } } }`;
    const said: string[] = [];
    for (let page = { hasNextPage: true, endCursor: beginning.newestAvailable }; page.hasNextPage; ) {
      const { networkUpdates } = await see(who, text, { after: page.endCursor });
      page = networkUpdates.pageInfo;
      for (const { node } of networkUpdates.edges) {
        if (node.subject === id || node.subject?.endsWith(`/${id}`)) said.push(`${node.type} ${node.network.slug}`);
      }
    }
    return said.sort();
  }
  async function audited(who: string, networkId: string, id: string) {
    const text = `query ($networkId: ID!) { auditLog(networkId: $networkId, first: 100) {
      edges { node { action targetId detail } } } }`;
    const { auditLog } = await see(who, text, { networkId });
    const entries: Any[] = auditLog.edges.map(({ node }: Any) => node);
    return entries
      .filter(({ targetId }) => targetId === id)
      .map(({ action, detail }) => `${action} ${detail}`)
      .reverse();
  }
  async function listen(who: string) {
    const text = `subscription { networkUpdates { __typename ... on NetworkUpdate { type subject data network { slug } } } }`;
    const updates = (await as(who)).follow(text);
    expect((await updates.next()).data.networkUpdates.__typename).toBe('Heartbeat');
    return updates;
  }

  async function stop() {
    for (const guest of guests.values()) await (await guest).leave();
    await world.stop();
  }
  return { world, ran, as, see, until, act, refused, decide, heard, audited, listen, stop };
}

/** A hash that differs from this one in its last character. */
export const oneOff = (hash: string): string => `${hash.slice(0, -1)}${hash.endsWith('0') ? '1' : '0'}`;
export const soon = (hours: number): string => new Date(Date.now() + hours * 3_600_000).toISOString();

/** The stage on which all seven journeys are told, one after the other. */
export let stage: Stage;
export async function setStage(): Promise<void> {
  stage = await startStage();
}
