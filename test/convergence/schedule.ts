import './seeded-yjs.ts';
import type { Actor, Role } from '../../kit/context.ts';
import { load, snapshot } from '../../subgraphs/working-plans/document/state.ts';
import type { Plan } from '../../subgraphs/working-plans/entities/plan.ts';
import type { Kept } from '../../web/co-editing/shelf.ts';
import type { PlanWire } from '../../web/co-editing/wire.ts';
import { shortPlan } from '../plan-editor.ts';
import { check } from './check.ts';
import { Clock, Dice } from './clock.ts';
import { Tokens } from './ledger.ts';
import type { Line } from './line.ts';
import { type Desk, Person } from './person.ts';
import { PlanTables } from './postgres.ts';
import { calm, HintBus, Instance, type Surroundings, type Weather } from './server.ts';

/** What goes wrong on purpose: each takes the place of a part that works. */
export interface Faults {
  world?: (world: Surroundings) => void;
  instance?: (instance: Instance, world: Surroundings) => void;
  line?: (line: Line, world: Surroundings) => PlanWire;
  recall?: (kept: Kept | undefined) => Kept | undefined;
}
export interface Outcome {
  seed: number;
  /** What must not have happened. */
  failures: string[];
  /** What happened, by name: how often. */
  counts: Record<string, number>;
  /** With `trace`: what happened, line by line. */
  notes: string[];
}

const planId = 'plan:joint-2027';
const networks = ['net:americas', 'net:africa'];
const editor = (name: string, role: Role, of: readonly string[], bodyId: string | null = null): Actor => ({
  kind: 'SEAT',
  subject: `persona:${name}`,
  seatId: `seat:${name}`,
  organisationId: `org:${name}`,
  networks: [...of],
  roles: of.map((networkId) => ({ role, networkId, bodyId })),
  rightsVersion: 1,
});
const editors: Actor[] = [
  editor('one', 'MEMBER_EDITOR', ['net:americas']),
  editor('two', 'MEMBER_EDITOR', ['net:africa']),
  editor('both', 'MEMBER_EDITOR', networks),
  editor('coordinator', 'COORDINATOR', ['net:americas']),
  editor('reader', 'MEMBER_REP', ['net:africa']), // types nowhere
  editor('lead', 'EXPERT_GROUP_LEAD', ['net:americas'], 'body:am-5'), // may type in one objective only
];

const firstPlan = snapshot(shortPlan(['en'], []));

/** Plays one schedule, from its seed alone. */
export async function play(
  seed: number,
  { faults = {}, trace = false }: { faults?: Faults; trace?: boolean } = {},
): Promise<Outcome> {
  // One turn of the event loop for each schedule: in it Node reports rejections that nobody has handled.
  await new Promise((resolve) => setImmediate(resolve));
  const schedule = new Schedule(seed, faults, trace);
  const restore = schedule.world.clock.install();
  try {
    await schedule.run();
  } finally {
    restore();
  }
  return schedule.outcome;
}

class Schedule {
  readonly world: Surroundings;
  readonly outcome: Outcome;
  private readonly people: Person[];
  private readonly instances: Instance[] = [];
  private readonly dice: Dice;
  private readonly stormy: Weather;

  constructor(
    seed: number,
    private readonly faults: Faults,
    trace: boolean,
  ) {
    this.outcome = { seed, failures: [], counts: {}, notes: [] };
    const { outcome } = this;
    const [clock, dice] = [new Clock(), new Dice(seed)];
    this.dice = dice;
    const weather = { ...calm };
    const rough = dice.pick([0, 0.3, 1]);
    this.stormy = {
      hintLost: 0.3 * rough,
      hintDoubled: 0.1 * rough,
      answerOfDatabaseLost: 0.03 * rough,
      requestLost: 0.08 * rough,
      answerLost: 0.08 * rough,
      requestDoubled: 0.1 * rough,
      streamCut: 0.03 * rough,
    };
    const plan = {
      id: planId,
      networkIds: networks,
      status: 'DRAFT',
      visibility: 'NETWORK',
      sourceLocale: 'en',
      expertGroups: { TRAFFICKING_IN_PERSONS: 'body:am-5' },
      seq: 0,
      epoch: 1,
      version: 1,
    } as unknown as Plan;
    const tables = new PlanTables(plan, () => clock.now, dice.below);
    tables.snapshots.push({ epoch: 1, seq: 0, bytes: firstPlan, stateVector: null });
    const bus = new HintBus({ clock, dice, weather });
    this.world = { clock, dice, weather, tables, bus };
    faults.world?.(this.world);
    const desk: Desk = {
      world: this.world,
      planId,
      tokens: new Tokens(),
      route: () => this.route(),
      wrapLine: (line) => faults.line?.(line, this.world) ?? line,
      recall: faults.recall ?? ((kept) => kept),
      note: (what, who = '') => {
        outcome.counts[what] = (outcome.counts[what] ?? 0) + 1;
        if (trace) outcome.notes.push(`${clock.now.toFixed(0).padStart(6)} ${what} ${who}`);
      },
      fail: (what) => void outcome.failures.push(what),
    };
    this.note = desk.note;
    const others = editors.slice(1);
    const count = dice.pick([2, 2, 2, 2, 2, 2, 3, 3, 4, 5]);
    const seats = Array.from({ length: count - 1 }, () => others.splice(dice.below(others.length), 1)[0]!);
    this.people = [editors[0]!, ...seats].map((actor) => new Person(actor, desk));
  }

  private readonly note: Desk['note'];

  private startInstance(): Instance {
    const instance = new Instance(this.world);
    this.faults.instance?.(instance, this.world);
    return instance;
  }

  private route(): Instance | undefined {
    const running = this.instances.filter(({ alive }) => alive);
    return running[this.dice.below(running.length)];
  }

  async run(): Promise<void> {
    const { clock, weather } = this.world;
    const { dice, outcome, people } = this;
    for (let n = 1 + dice.below(2); n > 0; n--) this.instances.push(this.startInstance());
    for (const person of people) person.open();
    await clock.run(dice.pick([40, 150, 400]));
    Object.assign(weather, this.stormy);
    const acts = 6 + dice.below(dice.pick([4, 8, 20]));
    const pace = dice.pick([5, 60, 300]);
    for (let act = 0; act < acts; act++) {
      await clock.run(clock.now + dice.between(0, pace));
      this.act();
    }
    await this.settle();
    const { tables } = this.world;
    if (outcome.failures.length === 0) {
      const rooms = await Promise.all(this.instances.map(({ plans }) => this.finish(plans.rooms.open([planId]))));
      const copies = [
        ...people.flatMap(({ actor, tabs }) =>
          tabs.map((tab, n) => [`tab ${n + 1} of ${actor.seatId}`, tab.doc] as const),
        ),
        ...rooms.map((open, n) => [`instance ${n + 1}`, open.get(planId)?.doc ?? null] as const),
      ];
      check(tables, people, copies, (what) => outcome.failures.push(what));
    }
    outcome.counts.committed = tables.history.length;
    for (const { tabs } of people) for (const tab of tabs) tab.crash();
    for (const instance of this.instances) instance.kill();
  }

  private act(): void {
    const { dice, people } = this;
    const person = dice.pick(people);
    const tab = dice.pick(person.tabs);
    if (!dice.chance(0.25)) {
      tab?.type();
      return;
    }
    const name = person.actor.seatId;
    const choice = dice.below(24);
    if (choice < 6) {
      if (!tab) return;
      this.note(tab.line.isUp ? 'goes offline' : 'is online again', name);
      if (tab.line.isUp) {
        tab.line.drop();
        this.world.clock.after(dice.between(50, 5_000), () => tab.line.restore());
      } else {
        tab.line.restore();
        if (dice.chance(0.5)) tab.session.syncNow();
      }
    } else if (choice < 9) tab?.line.cutStreams();
    else if (choice < 11 && tab) {
      this.note('reloads', name);
      person.reload(tab);
    } else if (choice < 14 && tab) {
      this.note('crashes', name);
      person.crash(tab, dice.chance(0.7) ? 'same place' : 'stray');
    } else if ((choice === 14 || choice === 21) && tab && person.tabs.length < 2) {
      this.note('copies the profile', name);
      person.copyProfile(tab);
    } else if (choice === 15 && person.tabs.length < 2) person.open();
    else if (choice < 19) this.restartInstance();
    else if (choice === 19 && dice.chance(0.5)) this.redact();
    else if (choice === 20 && dice.chance(0.5)) this.freeze();
    else if (tab) {
      tab.session.hold();
      this.world.clock.after(dice.between(1, 2_000), () => tab.session.release());
    }
  }

  private restartInstance(): void {
    const { clock } = this.world;
    const index = this.dice.below(this.instances.length);
    const old = this.instances[index]!;
    if (!old.alive) return;
    this.note('instance is killed', `${index + 1}`);
    old.kill();
    for (const { tabs } of this.people)
      for (const tab of tabs) if (this.dice.chance(1 / this.instances.length)) tab.line.cutStreams();
    clock.after(this.dice.between(1, 1_500), () => {
      this.instances[index] = this.startInstance();
    });
  }

  /** What a redaction does when the text is gone: a new epoch begins with the garbage-collected document, without the log before it. */
  private redact(): void {
    const { tables } = this.world;
    const stored = tables.snapshots.filter(({ epoch }) => epoch === tables.plan.epoch).at(-1)!;
    const tail = tables.edits.filter(({ epoch, seq }) => epoch === tables.plan.epoch && seq > stored.seq);
    const base = snapshot(
      load(
        stored.bytes,
        tail.map(({ update }) => update),
      ),
    );
    this.note('a new epoch begins');
    tables.startEpoch(base);
    for (const { alive, plans } of this.instances) if (alive) plans.rooms.announce(planId);
  }

  private freeze(): void {
    const { clock, tables } = this.world;
    const change = (status: Plan['status']) => {
      this.note(`plan is ${status}`);
      tables.plan.status = status;
      for (const { alive, plans } of this.instances) if (alive) plans.rooms.announce(planId);
    };
    change('UNDER_REVIEW');
    clock.after(this.dice.between(10, 3_000), () => change('DRAFT'));
  }

  /** Heals everything, and waits until all is saved and everybody has everything. */
  private async settle(): Promise<void> {
    const { clock, tables, weather } = this.world;
    this.note('all is healed');
    Object.assign(weather, calm);
    const tabs = () => this.people.flatMap((person) => person.tabs);
    for (const { line } of tabs()) line.restore();
    // What is under way ends first: requests that were doubled, statements, tabs that are being opened again.
    await clock.run(clock.now + 7_000);
    tables.plan.status = 'DRAFT';
    for (const { plans } of this.instances) plans.rooms.announce(planId);
    // Nobody presses a button: each session finds its way back by itself.
    for (const { line, session } of tabs()) {
      line.restore();
      session.release();
    }
    // What closed tabs have left behind is sent when a tab opens the plan.
    for (const person of this.people) if (person.strays.length > 0) person.reload(person.tabs[0]!);
    const isQuiet = () =>
      this.people.every(({ strays }) => strays.length === 0) &&
      tabs().every(
        ({ doc, person, shelf, session: { view } }) =>
          doc &&
          view.status.kind === 'saved' &&
          view.rights === (person.actor.seatId === 'seat:reader' ? 'read' : 'edit') &&
          !shelf.holdsStrays,
      );
    // A moment of quiet may be one in which all wait for the next message: so it must last.
    for (const limit = clock.now + 60_000; clock.now < limit; ) {
      if (!(await clock.run(limit, isQuiet))) break;
      if (!(await clock.run(clock.now + 4_000, () => !isQuiet()))) return;
    }
    const states = tabs().map(
      ({ person, session: { view } }) => `${person.actor.seatId} ${JSON.stringify(view.status)} ${view.rights}`,
    );
    this.outcome.failures.push(`not settled within a minute: ${states.join('; ')}`);
  }

  private async finish<T>(work: Promise<T>): Promise<T> {
    let over = false;
    const end = () => {
      over = true;
    };
    work.then(end, end);
    await this.world.clock.run(this.world.clock.now + 10_000, () => over);
    return work;
  }
}
