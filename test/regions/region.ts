import { randomUUID } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type * as Y from 'yjs';
import { contentEquals, load } from '../../subgraphs/working-plans/document/state.ts';
import { planLive } from '../journeys/operations.ts';
import { type Link, openLink } from '../link.ts';
import { createPeople, type Member, type People } from '../people.ts';
import { planId as joint, titleOf } from '../plan-writer.ts';
import { freePort } from '../port.ts';
import { type Processes, type Started, until } from '../processes.ts';
import { ownedDatabase, run } from '../topology.ts';

/** One installation: its own database, working-plans as a process that can be killed, and the rest of the stack as another. */
export class Region {
  people!: People;
  working!: Started;
  rest!: Started;

  private constructor(
    readonly name: string,
    readonly number: number,
    readonly processes: Processes,
    readonly database: { url: string; drop(): Promise<void> },
    readonly port: number,
    private readonly workingPort: number,
  ) {}

  static async prepare(name: string, number: number, processes: Processes): Promise<Region> {
    return new Region(name, number, processes, await ownedDatabase(), await freePort(), await freePort());
  }

  get url(): string {
    return `http://localhost:${this.port}`;
  }
  get dataDir(): string {
    return join(this.processes.folder, this.name);
  }
  get settings(): Record<string, string> {
    return {
      DATABASE_URL: this.database.url,
      DATA_DIR: this.dataDir,
      REGION: this.name,
      REGION_NUMBER: `${this.number}`,
      GATEWAY_SECRET: `gateway-0123456789-${this.name}-klmnopqrst`,
      CURSOR_SECRET: `cursors-0123456789-${this.name}-klmnopqrst`,
      LINKS: this.links,
    };
  }
  private links = '';

  startRest(links: string): void {
    this.links = links;
    const url = `http://127.0.0.1:${this.workingPort}/graphql`;
    const services = ['networks', 'members', 'discussions', 'gateway'];
    this.rest = this.serve(services, { ...this.settings, WORKING_PLANS_URL: url, PORT: `${this.port}` });
  }
  startWorking(): void {
    const OIDC_ISSUER = `${this.url}/issuer`;
    this.working = this.serve(['working-plans'], { ...this.settings, OIDC_ISSUER, PORT: `${this.workingPort}` });
  }
  private serve(services: string[], env: Record<string, string>): Started {
    return this.processes.startCompiled(services, env, 'test/regions/serve');
  }

  async becomesReady(): Promise<void> {
    await Promise.all([this.working.says(/^working-plans at /m), this.rest.says(/gateway at /)]);
    await until(async () => {
      const answer = await fetch(`${this.url}/ready`).catch(() => undefined);
      return ((await answer?.json()) as { status?: string } | undefined)?.status === 'ready';
    });
    this.people ??= createPeople(this.url, this.dataDir);
  }

  /** As an operator does: the key that the other region issued to this one is put where LINK_KEYS is. */
  async receiveKey(from: Region): Promise<void> {
    const key = await readFile(join(from.dataDir, 'dev', `link-key-${this.name}`), 'utf8');
    await mkdir(join(this.dataDir, 'links'), { recursive: true });
    await writeFile(join(this.dataDir, 'links', from.name), key);
  }

  async kill(): Promise<void> {
    this.working.signal('SIGKILL', 'group');
    await this.working.ended();
  }

  rows(sql: string): Promise<Record<string, unknown>[]> {
    return run(this.database.url, [sql]);
  }
  as = (persona: string): Promise<Member> => this.people.as(persona);
}

/** Two regions, and between them a link for each side's way to the other. */
export class Regions {
  private constructor(
    readonly processes: Processes,
    readonly americas: Region,
    readonly africa: Region,
    /** What americas pulls through, and what africa does. */
    readonly ways: { toAfrica: Link; toAmericas: Link },
  ) {}

  static async start(processes: Processes): Promise<Regions> {
    const americas = await Region.prepare('americas', 1, processes);
    const africa = await Region.prepare('africa', 2, processes);
    const ways = {
      toAfrica: await openLink({ to: { port: africa.port } }),
      toAmericas: await openLink({ to: { port: americas.port } }),
    };
    americas.startRest(`africa=http://127.0.0.1:${ways.toAfrica.port}`);
    africa.startRest(`americas=http://127.0.0.1:${ways.toAmericas.port}`);
    for (const region of [americas, africa]) region.startWorking();
    await Promise.all([americas.becomesReady(), africa.becomesReady()]);
    await americas.receiveKey(africa);
    await africa.receiveKey(americas);
    return new Regions(processes, americas, africa, ways);
  }

  /** By the convergence rule: state vector and delete set, content, and bytes once reloaded. */
  async areEqual(planId: string, persona?: string): Promise<boolean> {
    const [here, there] = await Promise.all(this.both.map((region) => openAt(region, planId, persona)));
    return contentEquals(here!.doc, there!.doc);
  }

  get both(): Region[] {
    return [this.americas, this.africa];
  }
  cut(): void {
    for (const link of Object.values(this.ways)) link.cut();
  }
  heal(): void {
    for (const link of Object.values(this.ways)) link.heal();
  }

  async stop(): Promise<void> {
    for (const region of this.both) await region.people?.leave();
    await this.processes.close();
    for (const link of Object.values(this.ways)) await link.stop();
    for (const region of this.both) await region.database.drop();
  }
}

export interface Opened {
  doc: Y.Doc;
  cursor: string;
  epoch: number;
}

/** A plan as this region's people open it now. */
export async function openAt(region: Region, planId: string, persona = `${region.name}-editor`): Promise<Opened> {
  const { data, errors } = await (await region.as(persona)).ask(planLive, { id: planId }, 'OpenPlan');
  if (errors || !data.workingPlan) throw new Error(JSON.stringify(errors ?? `${planId} is not in ${region.name}`));
  const { update, cursor, epoch } = data.workingPlan.document;
  return { doc: load(Buffer.from(update, 'base64')), cursor, epoch };
}

export const editorOf = (region: Region) => region.as(`${region.name}-editor`);
export const titleIn = async (region: Region, of = joint, persona?: string) =>
  titleOf((await openAt(region, of, persona)).doc).toString();

/** Opens, joins, types into the English title and pushes. @returns the code that it was refused with, or undefined */
export async function typeAt(
  region: Region,
  text: string,
  planId = joint,
  persona = `${region.name}-editor`,
): Promise<string | undefined> {
  const member = await region.as(persona);
  const { doc, epoch } = await openAt(region, planId, persona);
  const joined = await member.ask(planLive, { planId }, 'JoinPlan');
  if (joined.errors) throw new Error(JSON.stringify(joined.errors));
  doc.clientID = joined.data.joinPlan.clientId;
  const update = Buffer.from(edit(doc, (title) => title.insert(title.length, text))).toString('base64');
  const { errors } = await member.ask(planLive, { planId, epoch, editId: randomUUID(), update }, 'PushPlanEdits');
  return errors?.[0]?.extensions?.code;
}

/** What `change` does to the title, as one update. */
export function edit(doc: Y.Doc, change: (title: Y.Text) => void): Uint8Array {
  let update = new Uint8Array();
  doc.once('update', (made: Uint8Array) => {
    update = new Uint8Array(made);
  });
  change(titleOf(doc));
  return update;
}

/** A plan of one network, made in this region by an editor of it. */
export async function createPlan(region: Region, network: 'americas' | 'africa', title: string): Promise<string> {
  const { data, errors } = await (await region.as(`${network}-editor`)).ask(
    'mutation ($input: CreatePlanInput!) { createPlan(input: $input) { plan { id } problems { ... on UserError { message } } } }',
    {
      input: {
        clientMutationId: randomUUID(),
        networkIds: [`net:${network}`],
        title: [{ locale: 'en', text: title }],
        periodStart: '2027-01-01',
        periodEnd: '2027-12-31',
        sourceLocale: 'en',
        visibility: 'NETWORK',
      },
    },
  );
  if (!data?.createPlan.plan) throw new Error(JSON.stringify(errors ?? data));
  return data.createPlan.plan.id;
}

/** What a region's people read of a plan besides its text. */
export async function readPlan(region: Region, planId: string, persona = `${region.name}-editor`) {
  const { data, errors } = await (await region.as(persona)).ask(
    `query ($id: ID!) { workingPlan(id: $id) { status version documentEpoch homeRegion networks { id }
      replicas { region connected lastHeardAt waiting } } }`,
    { id: planId },
  );
  if (errors) throw new Error(JSON.stringify(errors));
  return data.workingPlan;
}
