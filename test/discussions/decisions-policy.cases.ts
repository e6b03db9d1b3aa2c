import { describe, expect, test } from '@jest/globals';
import { type Actor, createSystemActor, type Role, type RoleGrant, roles } from '../../kit/context.ts';
import type { DecisionMethod, Position } from '../../subgraphs/discussions/entities/decision.ts';
import { decisionMethods, decisionStatuses } from '../../subgraphs/discussions/entities/decision.ts';
import {
  type Circle,
  mayConcludeDecision,
  mayGuideDecision,
  mayRead,
  mayReadPositions,
  voiceIn,
} from '../../subgraphs/discussions/policy.ts';
import { fullRound } from '../../subgraphs/discussions/round.ts';
import { countPositions, outcomeOf } from '../../subgraphs/discussions/tally.ts';
import { mayFollow } from '../../subgraphs/discussions/transitions.ts';
import { actors, af, am, grant, group } from './subgraph.ts';

const withGrants = (...grants: RoleGrant[]): Actor => ({ ...(actors.nobody as Actor), roles: grants });
const of = (over: Partial<Circle>): Circle => ({ visibility: 'NETWORK', networkIds: [am], bodyId: null, ...over });
const circles = {
  own: of({}),
  other: of({ networkIds: [af] }),
  joint: of({ networkIds: [am, af] }),
  public: of({ visibility: 'PUBLIC' }),
  'other public': of({ visibility: 'PUBLIC', networkIds: [af] }),
  group: of({ visibility: 'GROUP', bodyId: group }),
  'group, open': of({ bodyId: group }),
  'other group': of({ visibility: 'GROUP', bodyId: 'body:am-1' }),
};
const actions = {
  read: mayRead,
  positions: mayReadPositions,
  guide: mayGuideDecision,
  conclude: mayConcludeDecision,
  voice: (actor: Actor, circle: Circle) => voiceIn(actor, circle).length > 0,
};
/** For each circle, what the actor may do. */
const verdicts = (actor: Actor) =>
  Object.fromEntries(
    Object.entries(circles)
      .map(([name, circle]) => [
        name,
        Object.entries(actions)
          .filter(([, may]) => may(actor, circle))
          .map(([action]) => action)
          .join(' '),
      ])
      .filter(([, may]) => may !== ''),
  );

const watch = 'read positions';
const readers = {
  own: watch,
  joint: watch,
  public: watch,
  'other public': 'read',
  'group, open': watch,
};
const outsiders = { public: 'read', 'other public': 'read' };
const voice = `${watch} voice`;
const conclude = `${watch} conclude`;
const guide = `${watch} guide conclude`;

describe('who may do what with a decision: a role in the network', () => {
  const table: Record<Role, Record<string, string>> = {
    MEMBER_REP: { ...readers, own: voice, joint: voice, public: voice },
    MEMBER_EDITOR: readers,
    EXPERT_GROUP_LEAD: readers,
    STEERING_COMMITTEE: {
      ...readers,
      own: `${guide} voice`,
      joint: `${conclude} voice`,
      public: `${guide} voice`,
      'group, open': guide,
    },
    COORDINATOR: { ...readers, own: guide, joint: conclude, public: guide, 'group, open': guide },
    UN_LIAISON: readers,
    OBSERVER: outsiders,
    PARTNER_SYSTEM: outsiders,
    PLATFORM_OPERATOR: outsiders,
    SAFETY_OFFICER: readers,
    BREAK_GLASS: { ...readers, group: watch, 'group, open': watch, 'other group': watch },
  };
  test.each(roles)('%s', (role) => {
    expect(verdicts(withGrants(grant(role, am)))).toEqual(table[role]);
  });
});

describe('who may do what with a decision: a role in the group', () => {
  const grouped = { ...readers, group: watch };
  const table: Record<Role, Record<string, string>> = {
    MEMBER_REP: { ...readers, own: voice, joint: voice, public: voice, group: voice, 'group, open': voice },
    MEMBER_EDITOR: grouped,
    EXPERT_GROUP_LEAD: { ...readers, group: guide, 'group, open': guide },
    STEERING_COMMITTEE: {
      ...readers,
      own: `${guide} voice`,
      joint: `${conclude} voice`,
      public: `${guide} voice`,
      group: `${guide} voice`,
      'group, open': `${guide} voice`,
    },
    COORDINATOR: { ...readers, own: guide, joint: conclude, public: guide, group: guide, 'group, open': guide },
    UN_LIAISON: grouped,
    OBSERVER: { ...outsiders, group: watch },
    PARTNER_SYSTEM: { ...outsiders, group: watch },
    PLATFORM_OPERATOR: { ...outsiders, group: watch },
    SAFETY_OFFICER: grouped,
    BREAK_GLASS: { ...readers, group: watch, 'group, open': watch, 'other group': watch },
  };
  test.each(roles)('%s', (role) => {
    expect(verdicts(withGrants(grant(role, am, group)))).toEqual(table[role]);
  });

  test('a body of that name in another network gives nothing', () => {
    const { group: closed, 'group, open': open } = verdicts(withGrants(grant('EXPERT_GROUP_LEAD', af, group)));
    expect([closed, open]).toEqual([undefined, undefined]);
  });
});

describe('who may do what with a decision: others', () => {
  test.each<[string, Actor, Record<string, string>]>([
    ['someone without a role', withGrants(), outsiders],
    ['a partner system', actors.partner as Actor, outsiders],
    ['an operator', actors.operator as Actor, outsiders],
    ['the gateway', actors.gateway as Actor, {}],
    [
      'a representative whose seat is of no organisation',
      { ...withGrants(grant('MEMBER_REP', am)), organisationId: undefined } as never,
      readers,
    ],
    [
      'all coordinators of equal rights together, who are nobody',
      { ...withGrants(grant('COORDINATOR', am), grant('MEMBER_REP', am)), seatId: undefined } as never,
      readers,
    ],
    [
      'a coordinator of both networks',
      withGrants(grant('COORDINATOR', am), grant('COORDINATOR', af)),
      { own: guide, other: guide, joint: guide, public: guide, 'other public': guide, 'group, open': guide },
    ],
  ])('%s', (_who, actor, expected) => {
    expect(verdicts(actor)).toEqual(expected);
  });

  test('the loader of shipped records opens none', () => {
    expect(mayGuideDecision(createSystemActor(), circles.own)).toBe(false);
  });

  test('a voice is had only in the networks of the roles', () => {
    expect(voiceIn(withGrants(grant('MEMBER_REP', am), grant('MEMBER_EDITOR', af)), circles.joint)).toEqual([am]);
  });
});

test('the steps, of each method', () => {
  const steps = (method: DecisionMethod) =>
    decisionStatuses.flatMap((from) =>
      decisionStatuses.filter((to) => mayFollow(method, from, to)).map((to) => `${from} ${to}`),
    );
  const consent = [
    'DRAFT CLARIFYING',
    'DRAFT WITHDRAWN',
    'CLARIFYING REACTIONS',
    'CLARIFYING WITHDRAWN',
    'REACTIONS CONSENT_ROUND',
    'REACTIONS WITHDRAWN',
    'CONSENT_ROUND INTEGRATING_OBJECTIONS',
    'CONSENT_ROUND ADOPTED',
    'CONSENT_ROUND NOT_ADOPTED',
    'CONSENT_ROUND WITHDRAWN',
    'CONSENT_ROUND EXPIRED',
    'INTEGRATING_OBJECTIONS CONSENT_ROUND',
    'INTEGRATING_OBJECTIONS WITHDRAWN',
  ];
  const direct = ['DRAFT CONSENT_ROUND', 'CLARIFYING CONSENT_ROUND'];
  expect(steps('CONSENT').sort()).toEqual([...consent].sort());
  expect(steps('LAZY_CONSENSUS').sort()).toEqual([...consent, ...direct].sort());
  expect(steps('MAJORITY').sort()).toEqual(
    [...consent, ...direct].filter((step) => step !== 'CONSENT_ROUND INTEGRATING_OBJECTIONS').sort(),
  );
});

describe('counting', () => {
  const count = (method: DecisionMethod, quorum: number | null, round: number, ...taken: Position[]) => {
    const records = taken.map((position) => ({ position, networkIds: [am] }));
    return outcomeOf(countPositions({ networkIds: [am], method, quorum, round }, records));
  };
  test('before any round nothing is adopted, not by silence either', () => {
    for (const method of decisionMethods) expect(count(method, null, 0)).toBe('NOT_ADOPTED');
    expect(outcomeOf([])).toBe('NOT_ADOPTED');
  });
  test('silence counts only under LAZY_CONSENSUS', () => {
    expect(count('LAZY_CONSENSUS', null, 1)).toBe('ADOPTED');
    expect(count('CONSENT', 1, 1)).toBe('NOT_ADOPTED');
    expect(count('MAJORITY', 1, 1)).toBe('NOT_ADOPTED');
  });
  test('a position counts in its networks alone', () => {
    const question = { networkIds: [am, af], method: 'CONSENT' as const, quorum: 1, round: 1 };
    const tallies = countPositions(question, [{ position: 'CONSENT', networkIds: [am] }]);
    expect(tallies.map(({ networkId, adopts }) => [networkId, adopts])).toEqual([
      [am, true],
      [af, false],
    ]);
    expect(outcomeOf(tallies)).toBe('NOT_ADOPTED');
  });
});

describe('a full round', () => {
  const hour = 3_600_000;
  const day = 24 * hour;
  /** The working days, as days since 1970, that are whole in a zone so many hours from UTC. */
  const wholeDays = (opensAt: Date, closesAt: Date, offset: number) => {
    const days: number[] = [];
    for (
      let date = Math.ceil((opensAt.getTime() + offset * hour) / day);
      (date + 1) * day <= closesAt.getTime() + offset * hour;
      date += 1
    )
      if (![0, 6].includes(new Date(date * day).getUTCDay())) days.push(date);
    return days;
  };
  const zones = Array.from({ length: 27 }, (_, n) => n - 12);
  const wholeEverywhere = (opensAt: Date, closesAt: Date) =>
    zones.map((zone) => wholeDays(opensAt, closesAt, zone)).reduce((a, b) => a.filter((date) => b.includes(date)))
      .length;
  // every half hour of two weeks, across the turn of a year
  const openings = Array.from({ length: 2 * 24 * 14 }, (_, n) => new Date(Date.UTC(2026, 11, 28) + n * 1_800_000));

  test('has five working days that are whole in all time zones, and a millisecond less has four', () => {
    for (const opensAt of openings) {
      const closesAt = fullRound(opensAt);
      expect(wholeEverywhere(opensAt, closesAt)).toBe(5);
      expect(wholeEverywhere(opensAt, new Date(closesAt.getTime() - 1))).toBe(4);
    }
  });

  test.each([
    ['2026-12-02T09:00:00.000Z', '2026-12-10T12:00:00.000Z'], // Wednesday: Thursday is still whole everywhere
    ['2026-12-02T10:00:00.000Z', '2026-12-10T12:00:00.000Z'],
    ['2026-12-02T10:00:00.001Z', '2026-12-11T12:00:00.000Z'], // it has begun on Kiritimati
    ['2026-12-04T12:00:00.000Z', '2026-12-12T12:00:00.000Z'], // Friday: Monday to Friday
  ])('from %s to %s', (opensAt, closesAt) => {
    expect(fullRound(new Date(opensAt)).toISOString()).toBe(closesAt);
  });
});
