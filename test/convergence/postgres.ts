import type { Plan } from '../../subgraphs/working-plans/entities/plan.ts';
import type { Edit } from '../../subgraphs/working-plans/log.ts';

export interface Row extends Edit {
  editId: string;
}
interface Client {
  seatId: string;
  nextClock: number;
  hasEnded?: boolean;
}
type Range = [clientId: number, start: number, end: number];

/**
 * What working-plans keeps in Postgres, for one plan: the statements of the log, the rooms and the commands, each in one step, since they take the plan's
 * row first. `statements.test.ts` holds `append` to what the database itself answers.
 */
export class PlanTables {
  readonly clients = new Map<number, Client>();
  edits: Row[] = [];
  snapshots: { epoch: number; seq: number; bytes: Uint8Array; stateVector: Uint8Array | null }[] = [];
  /** Every edit ever committed, whatever was purged. */
  readonly history: Row[] = [];

  /** False where that fault is planted. */
  comparesClocks = true;

  constructor(
    readonly plan: Plan,
    private readonly now: () => number,
    private readonly draw: (below: number) => number,
  ) {}

  /** @throws Error for a statement that is not known here */
  run(sql: string, values: readonly unknown[]): unknown[] {
    if (sql.includes('append_plan_edits')) return this.append(values as Parameters<PlanTables['append']>[0]);
    if (sql.includes('AS held(id, seq, epoch)')) return this.readPlans(values as never);
    if (sql.includes('INSERT INTO plan_snapshot')) return this.writeSnapshot(values as never);
    if (sql.includes('INSERT INTO plan_client')) return this.issue(values as never);
    if (sql.includes("UPDATE plan_client SET used_at = '-infinity'")) {
      for (const row of this.clients.values()) if (row.seatId === values[1]) row.hasEnded = true;
      return [];
    }
    if (sql.includes('UPDATE plan_client SET used_at = now()')) return this.resume(values as never);
    if (sql.includes('FROM plan_client')) {
      const [, seat] = values;
      return [...this.clients].flatMap(([id, { seatId }]) =>
        seatId === seat ? [{ client_id: id, seat_id: seatId }] : [],
      );
    }
    if (sql.includes('FROM plan_edit') && sql.includes('edit_id = $3')) {
      const [, seat, editId] = values;
      return this.edits.filter((edit) => edit.seatId === seat && edit.editId === editId).map(toColumns);
    }
    if (sql.includes('FROM plan_edit') && sql.includes('LIMIT $4')) {
      const [, epoch, seq, limit] = values as [string, number, number, number];
      return this.edits.filter((edit) => edit.epoch === epoch && edit.seq > seq).slice(0, limit);
    }
    throw new Error(`test/convergence/postgres.ts does not know the statement: ${sql}`);
  }

  /** append_plan_edits of the migrations. */
  private append(
    values: readonly [string[], number[], string[], string[], Buffer[], string[], unknown, string, string, boolean[]],
  ): unknown[] {
    const [plans, epochs, editIds, seats, updates, regions, , clients, , forced] = values;
    const ranges = JSON.parse(clients) as Range[][];
    const { plan } = this;
    return plans.map((id, i) => {
      const answer = (outcome: string, edit?: Row) => ({
        outcome,
        at_seq: edit ? `${edit.seq}` : null,
        at_epoch: outcome === 'REPEATED' ? edit!.epoch : id === plan.id ? plan.epoch : epochs[i],
        at_time: outcome === 'COMMITTED' ? edit!.at : null,
      });
      if (id !== plan.id) return answer('NOT_FOUND');
      const known = this.edits.find((edit) => edit.seatId === seats[i] && edit.editId === editIds[i]);
      if (known && Buffer.compare(known.update, updates[i]!) === 0) return answer('REPEATED', known);
      if (known) return answer('EDIT_ID_REUSED');
      if (plan.epoch !== epochs[i]) return answer('EPOCH_CHANGED');
      if (plan.status !== 'DRAFT' && plan.status !== 'CHANGES_REQUESTED' && !forced[i]) return answer('PLAN_FROZEN');
      const fits = ([client, start]: Range) => {
        const row = this.clients.get(client);
        return row?.seatId === seats[i] && row?.nextClock === start && !(row.hasEnded && !forced[i]);
      };
      if (this.comparesClocks && !ranges[i]!.every(fits)) return answer('CLOCK');
      for (const [client, , end] of ranges[i]!) this.clients.get(client)!.nextClock = end;
      plan.seq += 1;
      const edit: Row = {
        planId: id,
        seq: plan.seq,
        epoch: epochs[i]!,
        editId: editIds[i]!,
        seatId: seats[i]!,
        region: regions[i]!,
        update: updates[i]!,
        at: new Date(this.now()),
      } as Row;
      this.edits.push(edit);
      this.history.push(edit);
      return answer('COMMITTED', edit);
    });
  }

  private readPlans([ids, seqs, epochs]: [string[], (number | null)[], (number | null)[]]): unknown[] {
    const { plan } = this;
    return ids.flatMap((id, i) => {
      if (id !== plan.id) return [];
      const holds = epochs[i] === plan.epoch;
      const stored = holds ? undefined : this.snapshots.filter(({ epoch }) => epoch === plan.epoch).at(-1);
      const from = holds ? seqs[i]! : (stored?.seq ?? 0);
      const edits = this.edits.filter((edit) => edit.epoch === plan.epoch && edit.seq > from);
      const row = {
        ...plan,
        seq: `${plan.seq}`,
        objectiveNetworks: null,
        snapshotSeq: stored ? `${stored.seq}` : null,
        snapshotBytes: stored?.bytes ?? null,
        snapshotVector: stored?.stateVector ?? null,
        seqs: edits.length > 0 ? edits.map(({ seq }) => `${seq}`) : null,
        updates: Buffer.concat(edits.map(({ update }) => update)),
        lengths: edits.map(({ update }) => update.length),
        seats: edits.map(({ seatId }) => seatId),
        regions: edits.map(({ region }) => region),
        origins: edits.map(() => null),
        times: edits.map(({ at }) => at),
      };
      return [row];
    });
  }

  private writeSnapshot([, epoch, seq, bytes, stateVector]: [
    string,
    number,
    number,
    Uint8Array,
    Uint8Array,
  ]): unknown[] {
    if (epoch !== this.plan.epoch) return [];
    const last = this.snapshots.filter((kept) => kept.epoch === epoch).at(-1);
    if (this.snapshots.some((kept) => kept.epoch === epoch && kept.seq === seq)) return [];
    this.snapshots = this.snapshots.filter((kept) => kept.epoch !== epoch || kept.seq >= (last?.seq ?? 0));
    this.snapshots.push({ epoch, seq, bytes, stateVector });
    this.snapshots.sort((a, b) => a.seq - b.seq);
    return [];
  }

  /** The id that is asked for is drawn by chance: one of the schedule's own takes its place. */
  private issue([, proposed, seatId]: [string, number, string]): unknown[] {
    const clientId = Math.floor(proposed / 2 ** 24) * 2 ** 24 + this.draw(2 ** 24);
    if (this.clients.has(clientId)) return [];
    this.clients.set(clientId, { seatId, nextClock: 0 });
    return [{ client_id: clientId }];
  }

  private resume([, clientId, seatId, from, to]: [string, number, string, number, number]): unknown[] {
    const row = this.clients.get(clientId);
    const fits = row?.seatId === seatId && !row.hasEnded && row.nextClock >= from && row.nextClock <= to;
    return [fits ? [{ next_clock: `${row.nextClock}` }] : [], fits ? 1 : 0];
  }

  /** A redaction: a new epoch whose base holds nothing of the history. @param base of the garbage-collected document, V2 */
  startEpoch(base: Uint8Array): void {
    this.plan.epoch += 1;
    this.plan.version += 1;
    this.edits = [];
    this.snapshots = [{ epoch: this.plan.epoch, seq: this.plan.seq, bytes: base, stateVector: null }];
  }
}

const toColumns = ({ seq, epoch, update }: Row) => ({ seq: `${seq}`, epoch, update });
