import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { actors, brokenGlass, net, otherNet } from './actors.ts';
import { calls, report } from './calls.ts';
import { questions } from './questions.ts';
import { send } from './send.ts';
import { personas, type Stage, setStage } from './stage.ts';
import { actions, type Cell, cells, columns, who, yesTo } from './table.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
  await report(await stage.as('rep'), stage);
});
afterAll(() => stage?.stop());

const of = (action: string) => cells.filter((cell) => cell.action === action);
/** For each cell, the questions answered with yes: one line each, so that a difference shows where it is. */
const lines = (action: string, yes: (cell: Cell) => string[]) =>
  of(action).map((cell) => `${cell.role}: ${yes(cell).sort().join(', ')}`);
const expected = (action: string, asked: Record<string, unknown>) =>
  lines(action, ({ word }) => yesTo(word, Object.keys(asked)));

test('the table has a cell for each role of each action, and its questions are put to code and gateway', () => {
  expect(columns).toEqual([...who]);
  expect(cells).toHaveLength(actions.length * who.length);
  expect(Object.keys(questions)).toEqual(actions);
  expect(Object.keys(calls)).toEqual(actions);
  for (const action of actions) {
    const asked = Object.keys(questions[action]!);
    expect([action, Object.keys(calls[action]!)]).toEqual([action, asked]);
    // A word that answers nothing here would be no different from `-`.
    for (const { word } of of(action))
      if (word !== '-') expect([action, word, yesTo(word, asked)]).not.toContainEqual([]);
  }
});

describe('the pure functions of the four subgraphs say what the matrix says', () => {
  test.each(actions)('%s', (action) => {
    const asked = questions[action]!;
    const yes = ({ role }: Cell) =>
      Object.keys(asked).filter((question) => {
        const answers = asked[question]!(actors[role]);
        const verdicts = new Set(Object.values(answers));
        if (verdicts.size !== 1) throw new Error(`${role}, ${question}: ${JSON.stringify(answers)}`);
        return verdicts.has(true);
      });
    expect(lines(action, yes)).toEqual(expected(action, asked));
  });

  test('an operator who has broken the glass reads what members read, and does nothing more', () => {
    const read = ['read NETWORK directory', 'read NETWORK threads', 'read a draft plan'];
    for (const action of actions) {
      for (const [question, ask] of Object.entries(questions[action]!)) {
        const before = ask(actors.operator);
        const opened = read.includes(action) || /group$/.test(question);
        const now = Object.values(ask(brokenGlass));
        const wanted = Object.values(before).map((verdict) => verdict || opened);
        expect([action, question, now]).toEqual([action, question, action === 'open a decision' ? [false] : wanted]);
      }
    }
  });
});

describe('the gateway lets each do what the matrix says, and refuses the rest', () => {
  // In the table's order: the last breaks the glass, after which the operator reads more.
  test.each(actions)('%s', async (action) => {
    const asked = calls[action]!;
    const found = new Map<string, string[]>(who.map((role) => [role, []]));
    for (const [question, call] of Object.entries(asked)) {
      await Promise.all(
        who.map(async (role) => {
          const verdicts = new Set([await call(await stage.as(role), role, stage)].flat());
          if (verdicts.size !== 1) throw new Error(`${personas[role]}, ${question}: ${[...verdicts].join(' and ')}`);
          if (verdicts.has(true)) found.get(role)!.push(question);
        }),
      );
    }
    expect(lines(action, ({ role }) => found.get(role)!)).toEqual(expected(action, asked));
  });

  test('what was asked of an operator is done once, and only if a network of the thing has asked', async () => {
    const [coordinator, stranger, operator] = await Promise.all(
      (['coordinator', 'stranger', 'operator'] as const).map((role) => stage.as(role)),
    );
    const asked = { typename: 'Thread', id: stage.threads.network, reason: 'For a test' };
    const redact = async (clientMutationId: string) => {
      const values = { clientMutationId, threadId: stage.threads.network, reason: 'As asked' };
      return (await send(operator!, 'redactThread', values)).problems.map(({ __typename }) => __typename);
    };
    expect(await send(stranger!, 'askToRedact', { ...asked, networkId: otherNet })).toMatchObject({ problems: [] });
    expect(await redact('asked-1')).toEqual(['ForbiddenError']);
    expect(await send(coordinator!, 'askToRedact', { ...asked, networkId: net })).toMatchObject({ problems: [] });
    expect(await redact('asked-1')).toEqual([]);
    expect(await redact('asked-1')).toEqual([]); // its answer was lost
    expect(await redact('asked-2')).toEqual(['ForbiddenError']);
    const acts = await stage.sql(
      `SELECT action, actor_kind AS kind, reason FROM audit.entry WHERE target_id = $1 AND network_id = $2 ORDER BY position`,
      [stage.threads.network, net],
    );
    expect(acts).toEqual([
      { action: 'REDACTION_ASKED', kind: 'SEAT', reason: 'For a test' },
      { action: 'TEXT_REDACTED', kind: 'PERSON', reason: 'As asked' },
    ]);
  });

  test('with the glass broken the operator reads the network, and its audit log says so', async () => {
    const operator = await stage.as('operator');
    const read = async () => {
      const { data } = await operator.ask(`{ thread(id: "${stage.threads.network}") { id } }`);
      return data?.thread?.id;
    };
    // rights are read again within a second
    for (const until = Date.now() + 60_000; Date.now() < until && !(await read()); ) await new Promise(setImmediate);
    expect(await read()).toBe(stage.threads.network);
    const log = `{ auditLog(networkId: "${net}", actions: [BREAK_GLASS_OPENED]) { edges { node { action } } } }`;
    expect((await (await stage.as('steering')).ask(log)).data.auditLog.edges).toHaveLength(1);
  });
});
