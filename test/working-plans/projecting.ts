import { randomUUID } from 'node:crypto';
import * as Y from 'yjs';
import type { Actor } from '../../kit/context.ts';
import type { Database } from '../../kit/database/open.ts';
import { joinPlan } from '../../subgraphs/working-plans/commands/join.ts';
import { pushPlanEdits } from '../../subgraphs/working-plans/commands/push.ts';
import { createNode, deleteNode, moveNode, setFields } from '../../subgraphs/working-plans/document/edit.ts';
import { type Kind, mayStandUnder } from '../../subgraphs/working-plans/document/fields.ts';
import { isDeleted, nodesOf, type PlanNode, readHead, readPlan } from '../../subgraphs/working-plans/document/read.ts';
import type { Plans } from '../../subgraphs/working-plans/plans.ts';
import { joint } from './subgraph.ts';

/** A seat's copy, which edits by updates of its own. */
export class Hand {
  readonly doc = new Y.Doc();
  clientId = 0;
  constructor(
    readonly plans: Plans,
    readonly actor: Actor,
    readonly planId = joint,
  ) {}

  static async join(plans: Plans, actor: Actor, planId = joint): Promise<Hand> {
    const hand = new Hand(plans, actor, planId);
    hand.clientId = (await joinPlan(plans, actor, planId)).clientId;
    await hand.look();
    return hand;
  }
  async look(): Promise<void> {
    const room = (await this.plans.rooms.open([this.planId])).get(this.planId)!;
    Y.applyUpdateV2(this.doc, room.whole);
  }
  async push(update: Uint8Array): Promise<void> {
    Y.applyUpdate(this.doc, update);
    const edit = {
      planId: this.planId,
      epoch: 1,
      editId: randomUUID(),
      update: Buffer.from(update).toString('base64'),
    };
    await pushPlanEdits(this.plans, this.actor, edit);
  }
  set(key: string, values: object): Promise<void> {
    return this.push(setFields(this.doc, key, values as Record<string, unknown>, this.clientId));
  }

  /** Any edit that the guard takes: dates that no calendar has, ids that are none, moves, deletions of whole branches, and what comes back. */
  async random(pick: <T>(from: readonly T[]) => T): Promise<void> {
    const nodes = [...nodesOf(this.doc)].flatMap(([key, node]) => {
      const head = readHead(key, node);
      return head ? [{ ...head, gone: isDeleted(node) }] : [];
    });
    const node = pick(nodes.filter(({ kind }) => kind !== 'plan'));
    const activity = pick(nodes.filter(({ kind }) => kind === 'activity'));
    const parents = (kind: Kind) => nodes.filter((one) => !one.gone && mayStandUnder(kind, one.kind));
    const by = this.actor.seatId!;
    const edits: (() => Uint8Array)[] = [
      () =>
        setFields(
          this.doc,
          activity.key,
          { responsible: pick(['org:s01', 'org:s02', 'two words', 'x'.repeat(2_000), null]) },
          this.clientId,
        ),
      () =>
        setFields(
          this.doc,
          activity.key,
          { endsOn: pick(['2027-03-01', '0000-01-01', '9999-12-31', null]) },
          this.clientId,
        ),
      () =>
        setFields(
          this.doc,
          activity.key,
          { countries: pick([['UG', 'PE', 'UG'], ['uganda', 'QQ'], []]) },
          this.clientId,
        ),
      () =>
        setFields(
          this.doc,
          activity.key,
          { expertGroup: pick(['FIREARMS', 'body:am-1', 'toString', 'ä']) },
          this.clientId,
        ),
      () => setFields(this.doc, activity.key, { title: { en: `Title ${randomUUID()}` } }, this.clientId),
      () => setFields(this.doc, node.key, { code: pick(['1', '2', '\ud800', '']) }, this.clientId),
      () => {
        const kind = pick(['objective', 'outcome', 'activity', 'milestone'] as const);
        const parent = pick(parents(kind)).key;
        return createNode(
          this.doc,
          { key: `n-${randomUUID()}`, kind, parent, values: kind === 'milestone' ? { dueOn: '2027-01-01' } : {} },
          this.clientId,
        );
      },
      () =>
        moveNode(
          this.doc,
          { key: node.key, parent: pick(parents(node.kind)).key, ...pick([{}, { after: null }]) },
          this.clientId,
        ),
      () => deleteNode(this.doc, node.key, node.gone ? null : { by, at: '2027-01-01T00:00:00Z' }, this.clientId),
      () =>
        setFields(
          this.doc,
          pick(nodes.filter(({ kind }) => kind === 'objective')).key,
          { thematicArea: pick(['FIREARMS', null]) },
          this.clientId,
        ),
    ];
    let update: Uint8Array;
    try {
      update = pick(edits)();
    } catch {
      return; // below a deleted node, or nowhere to go: the next one
    }
    await this.push(update);
  }
}

/** What the table should hold, from the typed tree. */
export function rowsOf(doc: Y.Doc) {
  const tree = readPlan(doc);
  const rows: Record<string, unknown>[] = [];
  const isId = (value: unknown) => typeof value === 'string' && /^[!-~]{1,200}$/.test(value);
  const walk = (
    node: PlanNode & Record<string, unknown>,
    parent: string,
    above: { path: string[]; key: string; area: string | null } | null,
  ) => {
    const path = [...(above?.path ?? []), node.pos, node.key];
    const own = above ?? { path, key: node.key, area: node.thematicArea as string | null };
    rows.push({
      node_key: node.key,
      kind: node.kind,
      parent,
      path,
      code: node.code,
      objective_key: own.key,
      thematic_area: own.area,
      responsible: isId(node.responsible) ? node.responsible : null,
      expert_group: isId(node.expertGroup) ? node.expertGroup : null,
      partners: node.partners ?? [],
      countries: [...new Set((node.countries as string[]) ?? [])].filter((code) => /^[A-Z]{2}$/.test(code)),
      starts_on: node.startsOn ?? null,
      due_on: node.dueOn ?? node.endsOn ?? null,
    });
    for (const name of ['outcomes', 'indicators', 'activities', 'milestones', 'budget', 'risks'])
      for (const child of (node[name] as (PlanNode & Record<string, unknown>)[]) ?? [])
        walk(child, node.key, { ...own, path });
  };
  for (const objective of tree.objectives) walk(objective as never, 'plan', null);
  return rows.sort((a, b) => (String(a.node_key) < String(b.node_key) ? -1 : 1));
}

/** What the table holds. */
export const storedRows = (database: Database, planId = joint): Promise<Record<string, unknown>[]> =>
  database.source.query(
    `SELECT node_key, kind, parent, path, code, objective_key, thematic_area, responsible, expert_group, partners, countries, starts_on, due_on
     FROM plan_node WHERE plan_id = $1 ORDER BY node_key COLLATE "C"`,
    [planId],
  );
