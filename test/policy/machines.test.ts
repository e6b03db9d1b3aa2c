import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { type Machine, mayFollow, statesAfter, statesBefore } from '../../kit/machine.ts';
import { decisionMachine, meetingMachine, statementMachine } from '../../subgraphs/discussions/transitions.ts';
import { applicantMachine, membershipMachine, timeMachine } from '../../subgraphs/members/states.ts';
import { correctionMachine, reviewMachine } from '../../subgraphs/networks/review-stages.ts';
import { planMachine, suggestionMachine } from '../../subgraphs/working-plans/states.ts';
import { activityMachine } from '../../subgraphs/working-plans/statuses.ts';

/**
 * Every pair of states that is a step, with its guards; any other pair is none. The states of each machine stand in the first line,
 * so that a new one is noticed.
 */
const lives: [name: string, machine: Machine<string>, states: string, steps: Record<string, string>][] = [
  [
    'membership, by those who handle it',
    membershipMachine,
    'INVITED APPLIED UNDER_REVIEW MORE_INFO DECLINED ACTIVE SUSPENDED WITHDRAWN ENDED',
    {
      'INVITED APPLIED': 'the invitation names nobody',
      'APPLIED UNDER_REVIEW': '',
      'UNDER_REVIEW MORE_INFO': 'a question',
      'UNDER_REVIEW ACTIVE': 'two sponsors have confirmed; the check is recorded; a decision of the committee',
      'UNDER_REVIEW DECLINED': 'a decision of the committee, or the reason of a safety officer',
      'MORE_INFO UNDER_REVIEW': '',
      'MORE_INFO ACTIVE': 'two sponsors have confirmed; the check is recorded; a decision of the committee',
      'MORE_INFO DECLINED': 'a decision of the committee, or the reason of a safety officer',
      'ACTIVE SUSPENDED': '',
      'SUSPENDED ACTIVE': '',
      'SUSPENDED ENDED': 'a decision of the network or its committee',
    },
  ],
  [
    'membership, by the applicant or member',
    applicantMachine,
    'INVITED APPLIED UNDER_REVIEW MORE_INFO DECLINED ACTIVE SUSPENDED WITHDRAWN ENDED',
    {
      'INVITED APPLIED': 'a motivation',
      'INVITED WITHDRAWN': '',
      'APPLIED WITHDRAWN': '',
      'UNDER_REVIEW WITHDRAWN': '',
      'MORE_INFO UNDER_REVIEW': 'an answer',
      'MORE_INFO WITHDRAWN': '',
      'DECLINED UNDER_REVIEW': 'within 30 days; once',
      'ACTIVE WITHDRAWN': '',
    },
  ],
  [
    'membership, by itself',
    timeMachine,
    'INVITED APPLIED UNDER_REVIEW MORE_INFO DECLINED ACTIVE SUSPENDED WITHDRAWN ENDED',
    { 'INVITED WITHDRAWN': 'nobody has answered for 30 days' },
  ],
  [
    'plan',
    planMachine,
    'DRAFT UNDER_REVIEW CHANGES_REQUESTED ADOPTED SUPERSEDED ARCHIVED',
    {
      'DRAFT UNDER_REVIEW': '',
      'UNDER_REVIEW CHANGES_REQUESTED': 'a note',
      'UNDER_REVIEW ADOPTED': 'a decision of every owner network on this hash',
      'CHANGES_REQUESTED UNDER_REVIEW': '',
      'ADOPTED SUPERSEDED': 'what amends it is adopted',
      'ADOPTED ARCHIVED': '',
    },
  ],
  [
    'activity',
    activityMachine,
    'PROPOSED PLANNED IN_PROGRESS AT_RISK BLOCKED COMPLETED CANCELLED DEFERRED',
    {
      'PROPOSED PLANNED': '',
      'PLANNED IN_PROGRESS': '',
      'IN_PROGRESS AT_RISK': '',
      'IN_PROGRESS BLOCKED': '',
      'IN_PROGRESS COMPLETED': 'evidence or a reason',
      'AT_RISK IN_PROGRESS': '',
      'AT_RISK BLOCKED': '',
      'AT_RISK COMPLETED': 'evidence or a reason',
      'BLOCKED IN_PROGRESS': '',
      'BLOCKED AT_RISK': '',
      'BLOCKED COMPLETED': 'evidence or a reason',
      'DEFERRED PLANNED': '',
      ...Object.fromEntries(
        ['PROPOSED', 'PLANNED', 'IN_PROGRESS', 'AT_RISK', 'BLOCKED', 'COMPLETED', 'CANCELLED', 'DEFERRED'].flatMap(
          (from) => ['DEFERRED', 'CANCELLED'].flatMap((to) => (from === to ? [] : [[`${from} ${to}`, 'a note']])),
        ),
      ),
    },
  ],
  [
    'decision by consent',
    decisionMachine,
    'DRAFT CLARIFYING REACTIONS CONSENT_ROUND INTEGRATING_OBJECTIONS ADOPTED NOT_ADOPTED WITHDRAWN EXPIRED',
    {
      'DRAFT CLARIFYING': '',
      'CLARIFYING REACTIONS': '',
      'REACTIONS CONSENT_ROUND': 'five working days, or a reason',
      'CONSENT_ROUND INTEGRATING_OBJECTIONS': 'there is an objection',
      'CONSENT_ROUND ADOPTED': 'the round has closed; as the positions come to',
      'CONSENT_ROUND NOT_ADOPTED': 'the round has closed; as the positions come to',
      'CONSENT_ROUND EXPIRED': 'nobody concluded it for 14 days',
      'INTEGRATING_OBJECTIONS CONSENT_ROUND': 'another hash; five working days, or a reason',
      ...Object.fromEntries(
        ['DRAFT', 'CLARIFYING', 'REACTIONS', 'CONSENT_ROUND', 'INTEGRATING_OBJECTIONS'].map((from) => [
          `${from} WITHDRAWN`,
          '',
        ]),
      ),
    },
  ],
  [
    'meeting',
    meetingMachine,
    'DRAFT SCHEDULED OPEN CLOSED MINUTES_DRAFT MINUTES_ADOPTED CANCELLED',
    {
      'DRAFT SCHEDULED': 'every network has agreed; a beginning and a time zone',
      'DRAFT CANCELLED': '',
      'SCHEDULED OPEN': 'from a day before it begins',
      'SCHEDULED CANCELLED': '',
      'OPEN CLOSED': '',
      'CLOSED MINUTES_DRAFT': 'minutes',
      'MINUTES_DRAFT MINUTES_ADOPTED': 'a decision of every network, or its body, on this hash',
    },
  ],
  [
    'statement',
    statementMachine,
    'DRAFT CIRCULATED CONSENTED PUBLISHED WITHDRAWN',
    {
      'DRAFT CIRCULATED': '',
      'CIRCULATED CONSENTED': 'a decision of every network on this hash',
      'CONSENTED PUBLISHED': 'the safety check of every network has passed',
      ...Object.fromEntries(
        ['DRAFT', 'CIRCULATED', 'CONSENTED', 'PUBLISHED'].map((from) => [`${from} WITHDRAWN`, 'a reason']),
      ),
    },
  ],
  [
    'suggestion',
    suggestionMachine,
    'OPEN ACCEPTED REJECTED WITHDRAWN OUTDATED',
    {
      'OPEN ACCEPTED': 'the text it was made against still stands',
      'OPEN REJECTED': '',
      'OPEN WITHDRAWN': 'by the seat that made it',
      'OPEN OUTDATED': 'the text it was made against has changed',
    },
  ],
];

describe('each life is one table', () => {
  test.each(lives)('%s', (_name, machine, states, steps) => {
    const known = states.split(' ');
    expect(Object.keys(machine).sort()).toEqual([...known].sort());
    const found = known.flatMap((from) =>
      known.flatMap((to) =>
        mayFollow(machine, from, to) ? [[`${from} ${to}`, (machine[from]?.[to] ?? []).join('; ')]] : [],
      ),
    );
    expect(Object.fromEntries(found)).toEqual(steps);
    for (const from of known) {
      expect(statesAfter(machine, from).sort()).toEqual(known.filter((to) => `${from} ${to}` in steps).sort());
      expect(statesBefore(machine, from).sort()).toEqual(known.filter((to) => `${to} ${from}` in steps).sort());
    }
  });

  test('a review goes forward, over what is not known; a correction anywhere', () => {
    const order = [
      'NOT_STARTED',
      'FOCAL_POINT_APPOINTED',
      'EXPERTS_APPOINTED',
      'SELF_ASSESSMENT',
      'WRITTEN_FEEDBACK',
      'DIALOGUE',
      'LIST_OF_OBSERVATIONS',
      'SUMMARY_PUBLISHED',
      'WORKING_GROUP_FOLLOW_UP',
      'GENERAL_REVIEW_AT_COP',
      'CLOSED',
    ] as const;
    expect(Object.keys(reviewMachine)).toEqual([...order]);
    for (const [place, from] of order.entries()) {
      for (const [other, to] of order.entries()) {
        expect([from, to, reviewMachine[from][to]]).toEqual([
          from,
          to,
          other > place ? ['a source and when it was checked'] : undefined,
        ]);
        expect(correctionMachine[from][to]).toEqual(['a source with an address']);
      }
    }
  });
});

/** Where a status of one of the eight is written, and after which look at its table. */
const writers: Record<string, string> = {
  // memberships: move() asks membershipMachine or applicantMachine; openMembership() writes the first state
  'subgraphs/members/commands/membership-steps.ts': 'await tx.manager.update(Membership, { id }, { status',
  // plans: setStatus() asks planMachine; what was amended is superseded from the states before SUPERSEDED
  'subgraphs/working-plans/commands/life/change.ts': 'UPDATE plan SET status = $2',
  'subgraphs/working-plans/commands/life/adopt.ts': "UPDATE plan SET status = 'SUPERSEDED'",
  // a copy of the plan follows its home region, which asks the table
  'subgraphs/working-plans/link/home.ts': 'UPDATE plan SET home_region = $2, status = $3',
  // activities: activityMachine is asked under the row's lock
  'subgraphs/working-plans/commands/activity-status.ts': 'ON CONFLICT (plan_id, node_key) DO UPDATE SET status = $3',
  // what another region has said of an activity is merged, not asked for again: see co-editing.md
  'subgraphs/working-plans/link/states.ts': 'ON CONFLICT (plan_id, node_key) DO UPDATE SET ${columns.map',
  // suggestions: requireOpen() asks suggestionMachine, and each of these writes over OPEN alone
  'subgraphs/working-plans/commands/suggestions/resolve.ts': 'UPDATE plan_suggestion SET status = $2',
  'subgraphs/working-plans/commands/suggestions/rows.ts': "UPDATE plan_suggestion s SET status = 'OUTDATED'",
  'subgraphs/working-plans/commands/redaction/copies.ts': "status = CASE WHEN $6 THEN 'OUTDATED' ELSE status END",
  // reviews: reviewMachine or correctionMachine
  'subgraphs/networks/commands/reviews.ts': 'await tx.manager.update(CountryReview, { id }, wanted)',
};

/** Files of other lives: exports, milestones (evidence may be added at any time), threads, guidelines, charters, partners, engagements. */
const otherLives = new Set([
  'subgraphs/working-plans/exports/exporter.ts',
  'subgraphs/working-plans/commands/nodes/milestone-status.ts',
  'subgraphs/networks/link-keys.ts',
]);

describe('no status is written around its table', () => {
  const files = readdirSync('subgraphs', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.includes('migrations/'))
    .map((file) => join('subgraphs', file));
  const text = new Map(files.map((file) => [file, readFileSync(file, 'utf8')]));

  test('in statements: only those listed set a status', () => {
    const set = /\b(UPDATE\s[\w.]+(\s+(AS\s+)?\w+)?\s+SET|DO UPDATE SET)\b[^`'"]*?\bstatus = |\bstatus = CASE/s;
    const found = files.filter((file) => set.test(text.get(file)!) && !otherLives.has(file));
    const listed = Object.entries(writers).filter(([, statement]) =>
      /UPDATE (plan|s )|SET status|status = /.test(statement),
    );
    expect(found.sort()).toEqual(listed.map(([file]) => file).sort());
    for (const [file, statement] of Object.entries(writers))
      expect([file, text.get(file)]).toEqual([file, expect.stringContaining(statement)]);
  });

  test('in records of meetings, statements and decisions: each step asks for the state that it writes', () => {
    const asked = {
      'subgraphs/discussions/commands/meeting-steps.ts': ['SCHEDULED', 'CANCELLED', 'OPEN', 'CLOSED'],
      'subgraphs/discussions/commands/minutes.ts': ['MINUTES_DRAFT', 'MINUTES_ADOPTED'],
      'subgraphs/discussions/commands/statements.ts': ['CIRCULATED'],
      'subgraphs/discussions/commands/statement-steps.ts': ['CONSENTED', 'PUBLISHED', 'WITHDRAWN'],
    };
    for (const [file, states] of Object.entries(asked)) {
      const steps = [...text.get(file)!.matchAll(/require(?:Meeting|Statement)Step\(\w+, '(\w+)'\)/g)].map(
        ([, to]) => to,
      );
      expect([file, steps]).toEqual([file, states]);
      const written = [...text.get(file)!.matchAll(/(?:return|=) \{[^}]*?\bstatus: '(\w+)'/g)].map(([, to]) => to);
      expect([file, [...new Set(written)].sort()]).toEqual([file, [...states].sort()]);
    }
    const decisions = text.get('subgraphs/discussions/commands/decisions/steps.ts')!;
    expect(decisions.match(/checkStep\(/g)).toHaveLength(4);
    const ofWords = 'subgraphs/discussions/commands/library-redaction.ts';
    const change = [...text].filter(
      ([file, code]) => /await change\(tx, decision|update\(Decision,/.test(code) && file !== ofWords,
    );
    expect(change.map(([file]) => file).sort()).toEqual([
      'subgraphs/discussions/commands/decisions/step.ts',
      'subgraphs/discussions/commands/decisions/steps.ts',
    ]);
    const redaction = text.get(ofWords)!;
    expect(redaction).not.toMatch(/status: /);
  });

  test('nothing else updates a record of one of these kinds', () => {
    const entities = 'Membership|Meeting|Statement|Decision|CountryReview|Plan';
    const updates = [...text].filter(([, code]) =>
      new RegExp(`manager\\s*\\.(update|save|upsert)\\(\\s*(${entities})\\b[^;]{0,400}?\\bstatus\\b`).test(code),
    );
    expect(updates.map(([file]) => file).sort()).toEqual(['subgraphs/members/commands/membership-steps.ts']);
  });
});
