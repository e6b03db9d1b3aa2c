import { randomUUID } from 'node:crypto';
import * as Y from 'yjs';
import { planLive } from './journeys/operations.ts';
import type { Member } from './people.ts';

export const planId = 'plan:joint-2027';

/** An edit as its writer keeps it until it is acknowledged. */
export interface Edit {
  editId: string;
  text: string;
  /** Base64. */
  update: string;
}

/** A member who types into the English title of the joint plan, and keeps what is not acknowledged. */
export class Writer {
  readonly doc = new Y.Doc();
  readonly acknowledged = new Map<string, string>();
  private constructor(
    public member: Member,
    /** Where the plan stood when it was opened. */
    readonly cursor: string,
    private readonly epoch: number,
  ) {}

  static async join(member: Member): Promise<Writer> {
    const { cursor, epoch, update } = await openPlan(member);
    const writer = new Writer(member, cursor, epoch);
    Y.applyUpdateV2(writer.doc, Buffer.from(update, 'base64'));
    const { data, errors } = await member.ask(planLive, { planId }, 'JoinPlan');
    if (errors) throw new Error(JSON.stringify(errors));
    writer.doc.clientID = data.joinPlan.clientId;
    return writer;
  }

  /** Types `text` at the end of the title, here only. */
  type(text: string): Edit {
    let update = '';
    this.doc.once('update', (made: Uint8Array) => {
      update = Buffer.from(made).toString('base64');
    });
    const title = titleOf(this.doc);
    title.insert(title.length, text);
    return { editId: randomUUID(), text, update };
  }

  /** @returns the edit's cursor, once it is acknowledged. @throws Error with the answer's code, or what became of the request */
  async push({ editId, update }: Edit): Promise<string> {
    const variables = { planId, epoch: this.epoch, editId, update };
    const { data, errors } = await this.member.ask(planLive, variables, 'PushPlanEdits');
    if (errors) throw Object.assign(new Error(errors[0]?.message), { code: errors[0]?.extensions?.code });
    this.acknowledged.set(editId, data.pushPlanEdits.cursor);
    return data.pushPlanEdits.cursor;
  }

  /**
   * Pushes `edits`, up to eight of them in flight; one that overtook the edit it builds on (RESYNC) is pushed again after that.
   * @returns what became of each, in order
   */
  pushAll(edits: readonly Edit[], onAcknowledged: () => void = () => {}): Promise<PromiseSettledResult<string>[]> {
    const pushes: Promise<string>[] = [];
    for (const [index, edit] of edits.entries()) {
      const work = async () => {
        await pushes[index - 8];
        const cursor = await this.push(edit).catch(async (error) => {
          if (error.code !== 'RESYNC') throw error;
          await pushes[index - 1];
          return this.push(edit);
        });
        onAcknowledged();
        return cursor;
      };
      pushes.push(work());
    }
    return Promise.allSettled(pushes);
  }
}

export const titleOf = (doc: Y.Doc): Y.Text => {
  const plan = doc.getMap<Y.Map<Y.Map<Y.Text>>>('nodes').get('plan');
  return plan?.get('title')?.get('en') as Y.Text;
};

async function openPlan(member: Member): Promise<{ update: string; cursor: string; epoch: number }> {
  const { data, errors } = await member.ask(planLive, { id: planId }, 'OpenPlan');
  if (errors) throw new Error(JSON.stringify(errors));
  return data.workingPlan.document;
}

/** The English title as the platform has it now. */
export async function readTitle(member: Member): Promise<string> {
  const doc = new Y.Doc();
  Y.applyUpdateV2(doc, Buffer.from((await openPlan(member)).update, 'base64'));
  return titleOf(doc).toString();
}

/** The plan's log after `cursor` up to now, as a reader gets it who follows. */
export async function readLog(member: Member, after: string): Promise<{ cursor: string; update: string }[]> {
  const { cursor: end } = await openPlan(member);
  const edits: { cursor: string; update: string }[] = [];
  if (end === after) return edits;
  const following = member.follow(planLive, { planId, after }, 'PlanEdits');
  do {
    const { data, errors } = await following.next();
    if (errors) throw new Error(JSON.stringify(errors));
    edits.push(data.planEdits);
  } while (edits.at(-1)?.cursor !== end);
  following.close();
  return edits;
}
