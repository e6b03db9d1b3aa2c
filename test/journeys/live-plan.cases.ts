import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as Y from 'yjs';
import type { Following, Member } from '../people.ts';
import { startWorld, type World } from '../world.ts';
import { planLive } from './operations.ts';

describe('live plan', () => {
  const planId = 'plan:joint-2027';
  const bytes = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'));
  const base64 = (update: Uint8Array) => Buffer.from(update).toString('base64');

  /** A member's copy of the plan, edited as the page edits it: open, join, push, follow. */
  class Copy {
    readonly doc = new Y.Doc();
    cursor = '';
    epoch = 0;
    constructor(readonly member: Member) {}

    static async open(member: Member): Promise<Copy> {
      const copy = new Copy(member);
      const { data, errors } = await member.ask(planLive, { id: planId }, 'OpenPlan');
      expect(errors).toBeUndefined();
      const { document } = data.workingPlan;
      Y.applyUpdateV2(copy.doc, bytes(document.update));
      copy.cursor = document.cursor;
      copy.epoch = document.epoch;
      return copy;
    }
    async join(): Promise<this> {
      const { data, errors } = await this.member.ask(planLive, { planId }, 'JoinPlan');
      expect(errors).toBeUndefined();
      this.doc.clientID = data.joinPlan.clientId;
      return this;
    }
    title(locale = 'en'): Y.Text {
      const nodes = this.doc.getMap<Y.Map<unknown>>('nodes');
      const titles = nodes.get('plan')?.get('title') as Y.Map<Y.Text> | undefined;
      return titles?.get(locale) as Y.Text;
    }
    /** What `change` does to the document, as one update. */
    edit(change: (title: Y.Text) => void): Uint8Array {
      let update = new Uint8Array();
      this.doc.once('update', (made: Uint8Array) => {
        update = new Uint8Array(made);
      });
      this.doc.transact(() => change(this.title()));
      return update;
    }
    push(update: Uint8Array | string, editId: string = randomUUID()) {
      const text = typeof update === 'string' ? update : base64(update);
      return this.member.ask(planLive, { planId, epoch: this.epoch, editId, update: text }, 'PushPlanEdits');
    }
    follow(after = this.cursor): Following {
      return this.member.follow(planLive, { planId, after }, 'PlanEdits');
    }
    /** Applies what comes until the document has the text. */
    async take(edits: Following, until: () => boolean): Promise<{ organisation: string }[]> {
      const authors = [];
      while (!until()) {
        const { data, errors } = await edits.next();
        expect(errors).toBeUndefined();
        Y.applyUpdate(this.doc, bytes(data.planEdits.update));
        this.cursor = data.planEdits.cursor;
        authors.push({ organisation: data.planEdits.seat.organisation.name });
      }
      return authors;
    }
  }

  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.stop());

  describe('a plan with people of two regions in it', () => {
    test('both edit one title at once and end equal; each event names its author’s organisation', async () => {
      const americas = await (await Copy.open(await world.people.as('americas-editor'))).join();
      const africa = await (await Copy.open(await world.people.as('africa-editor'))).join();
      expect(americas.doc.clientID).not.toBe(africa.doc.clientID);
      const seenByAmericas = americas.follow();
      const seenByAfrica = africa.follow();
      // Each builds on the one before: a person's come one after the other, both persons' at once.
      const type = async (copy: Copy, change: (title: Y.Text, n: number) => void) => {
        for (let n = 0; n < 20; n += 1)
          expect((await copy.push(copy.edit((title) => change(title, n)))).errors).toBeUndefined();
      };
      await Promise.all([
        type(americas, (title, n) => title.insert(0, `A${n} `)),
        type(africa, (title, n) => title.insert(title.length, ` B${n}`)),
      ]);
      const both = (copy: Copy) => () =>
        Array.from({ length: 20 }, (_, n) => n).every(
          (n) => copy.title().toString().includes(`A${n} `) && copy.title().toString().includes(` B${n}`),
        );
      const authors = await americas.take(seenByAmericas, both(americas));
      await africa.take(seenByAfrica, both(africa));
      expect(americas.title().toString()).toBe(africa.title().toString());
      expect(Y.equalSnapshots(Y.snapshot(americas.doc), Y.snapshot(africa.doc))).toBe(true);
      expect(new Set(authors.map(({ organisation }) => organisation))).toContain('Sample Organisation UG-2');
      const { data } = await americas.member.ask(`{ workingPlan(id: "${planId}") { title(locale: "en") { text } } }`);
      expect(data.workingPlan.title.text).toBe(americas.title().toString());
      seenByAmericas.close();
      seenByAfrica.close();
    });

    test('a follower that was away gets what it missed from its cursor, then goes on live', async () => {
      const writer = await (await Copy.open(await world.people.as('americas-editor'))).join();
      const reader = await Copy.open(await world.people.as('africa-rep'));
      for (const word of ['one ', 'two ', 'three ']) await writer.push(writer.edit((title) => title.insert(0, word)));
      const edits = reader.follow();
      await reader.take(edits, () => reader.title().toString().startsWith('three two one '));
      await writer.push(writer.edit((title) => title.insert(0, 'live ')));
      await reader.take(edits, () => reader.title().toString().startsWith('live three'));
      edits.close();
    });

    test('a repeated push is acknowledged with its first cursor; its id with other bytes is refused', async () => {
      const copy = await (await Copy.open(await world.people.as('americas-editor'))).join();
      const update = copy.edit((title) => title.insert(0, 'x'));
      const [first, again] = [await copy.push(update, 'edit-1'), await copy.push(update, 'edit-1')];
      expect(again).toEqual(first);
      const other = await copy.push(
        copy.edit((title) => title.insert(0, 'y')),
        'edit-1',
      );
      expect(other.errors?.[0]?.extensions.code).toBe('EDIT_ID_REUSED');
    });
  });

  describe('what is refused, and leaves nothing behind', () => {
    const storedBytes = async (): Promise<unknown> => {
      const { data } = await (await world.people.as('americas-editor')).ask(planLive, { id: planId }, 'OpenPlan');
      return data.workingPlan.document.update;
    };

    test('a reader without edit rights may not push, whatever the bytes; one who may not read is told there is no such plan', async () => {
      const before = await storedBytes();
      const reader = await Copy.open(await world.people.as('americas-rep'));
      for (const update of ['AAA=', 'rubbish!', base64(reader.edit((title) => title.insert(0, 'x')))]) {
        const answer = await reader.push(update);
        expect(answer.errors?.[0]?.extensions.code).toMatch(
          update === 'rubbish!' ? /BAD_USER_INPUT|UPDATE_MALFORMED|FORBIDDEN/ : /FORBIDDEN/,
        );
      }
      for (const persona of ['observer', 'partner', 'operator']) {
        const stranger = new Copy(await world.people.as(persona));
        expect((await stranger.push('AAA=')).errors?.[0]?.extensions.code).toBe('NOT_FOUND');
        expect((await stranger.member.ask(planLive, { planId }, 'JoinPlan')).errors?.[0]?.extensions.code).toBe(
          'NOT_FOUND',
        );
        expect((await stranger.member.ask(planLive, { id: planId }, 'OpenPlan')).data.workingPlan).toBeNull();
        expect((await stranger.follow('').next()).errors?.[0]?.extensions.code).toMatch(/NOT_FOUND/);
      }
      expect(await storedBytes()).toBe(before);
    });

    test('bytes that are no update, a client id of someone else, a wrong plan and a foreign cursor get their own codes', async () => {
      const before = await storedBytes();
      const copy = await (await Copy.open(await world.people.as('africa-editor'))).join();
      const code = async (answer: Promise<{ errors?: { extensions?: { code?: string } }[] }>) =>
        (await answer).errors?.[0]?.extensions?.code;
      expect(await code(copy.push(base64(new Uint8Array([1, 2, 3, 4, 5]))))).toBe('UPDATE_MALFORMED');
      expect(await code(copy.push(base64(new Uint8Array(70_000))))).toBe('UPDATE_TOO_LARGE');
      const stranger = await Copy.open(copy.member); // never joined: a client id of its own making
      expect(await code(stranger.push(stranger.edit((title) => title.insert(0, 'x'))))).toBe('FORBIDDEN');
      expect(await code(copy.member.ask(planLive, { planId: 'plan:none' }, 'JoinPlan'))).toBe('NOT_FOUND');
      const { data } = await copy.member.ask('{ networkUpdates(first: 1) { newestAvailable } }');
      expect(await code(copy.follow(data.networkUpdates.newestAvailable).next())).toBe('CURSOR_INVALID');
      expect(await code(copy.follow('rubbish').next())).toBe('CURSOR_INVALID');
      expect(await storedBytes()).toBe(before);
    });
  });
});
