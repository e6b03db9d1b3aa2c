import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import type * as Y from 'yjs';
import { type Link, openLink } from './link.ts';
import { describeWith } from './required.ts';
import { compose, launch, openPlan, type Visitor } from './web/browser.ts';
import { connectLine, openTab, readServerDocument, titleOf } from './web/plan.ts';
import { startWorldApart, type World } from './world.ts';

/** Typed as Spanish, Portuguese and French are: a dead key, then the letter. */
const letters = [
  ['´', 'é'],
  ['~', 'ñ'],
  ['~', 'ã'],
  ['¸', 'ç'],
] as const;

/** The same losses in every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

describeWith('chromium', 'several people in one plan, in headless Chromium', () => {
  let world: World;
  let link: Link;
  let near: Browser;
  let far: Browser;
  beforeAll(async () => {
    world = await startWorldApart({}, true);
    link = await openLink({ to: { port: Number(new URL(world.url).port) }, random: seeded(7) });
    [near, far] = await Promise.all([launch(), launch({ world, port: link.port })]);
  });
  afterAll(async () => {
    await Promise.all([near?.close(), far?.close()]);
    await link?.stop();
    await world?.stop();
  });

  const visitors: Visitor[] = [];
  afterEach(async () => {
    for (const { context } of visitors.splice(0)) await context.close();
  });
  const enter = async (persona: string, browser = near): Promise<Visitor> => {
    const visitor = await openPlan(browser, world, persona);
    visitors.push(visitor);
    return visitor;
  };
  async function expectSoon(holds: () => Promise<boolean>) {
    for (let tries = 0; !(await holds()); tries++) {
      if (tries > 1_200) throw new Error(`never: ${holds}`);
      await new Promise((resolve) => setTimeout(resolve, 50)); // a look costs a round trip to the browser
    }
  }
  /** A tab without a browser. */
  async function enterTab(persona: string) {
    const line = await connectLine(world, persona);
    const tab = openTab(line);
    await tab.session.start();
    await tab.saved();
    return { ...tab, line };
  }

  test('who is here, where, and who has seen what was saved; without a line of the page moving', async () => {
    const [writer, other] = [await enter('Americas editor'), await enter('Africa editor')];
    const activity = other.page.getByRole('article', { name: 'Activity 2.1.2' });
    await activity.scrollIntoViewIfNeeded();
    await other.description('2.1.2').waitFor();
    const before = await activity.boundingBox();
    const here = other.page.locator('.company-names');
    await here.filter({ hasText: /^1 other here: Organización de muestra PE-1/ }).waitFor();

    await writer.title('2.1.2').click();
    const note = activity.getByRole('note', { name: /^Organización de muestra PE-1.*: writing here$/ });
    await note.waitFor();
    await writer.description('2.1.2').click();
    await writer.page.keyboard.press('Control+Home');
    await writer.page.keyboard.press('Shift+End');
    const selected = activity.locator('.selected');
    await selected.first().waitFor();
    expect(await activity.locator('.caret').count()).toBe(1);
    expect(await activity.boundingBox()).toEqual(before);
    // The caret stays with its text when the other writes before it.
    // The mark is made anew with each change of the text or of its place: between the old one and the new there is none to measure.
    const left = async () => (await selected.first().boundingBox())?.x ?? Number.NEGATIVE_INFINITY;
    let start = 0;
    await expectSoon(async () => {
      start = await left();
      return start > 0;
    });
    await other.description('2.1.2').click();
    await other.page.keyboard.press('Control+Home');
    await other.page.keyboard.type('mmmm');
    await expectSoon(async () => (await left()) > start + 20);
    expect(await other.description('2.1.2').innerText()).not.toContain('PE-1');

    await other.says(/^Saved$/);
    await other.page.getByText('Seen by 1 other', { exact: true }).waitFor();
    await here.click();
    await other.page.getByRole('button', { name: 'in 2.1.2' }).waitFor();
    await writer.context.close();
    await other.page.getByText('Nobody else is here').waitFor();
    await expectSoon(async () => (await other.page.getByText(/^Seen by/).count()) === 0);
    expect(await note.count()).toBe(0);
  });

  test('what is written into a deleted activity is shown, and the activity can be restored', async () => {
    const visitor = await enter('Americas editor');
    const tab = await enterTab('africa-editor');
    const doc = tab.session.view.doc!;
    const before = await visitor.title('2.1.4').inputValue();
    const node = doc.getMap('nodes').get('a2.1.4') as Y.Map<unknown>;
    const { data } = await (await world.people.as('africa-editor')).ask('{ viewer { seat { id } } }');
    node.set('deleted', { by: data.viewer.seat.id, at: '2026-11-22T12:00:00.000Z' }); // this day in all zones but the Pacific's
    await visitor.title('2.1.4').waitFor({ state: 'detached' });
    const deleted = visitor.page.getByRole('region', { name: 'Deleted: 1 part of the plan' });
    await deleted.getByText('Deleted: 1 part of the plan').click();
    await deleted.getByText('deleted on 22 November 2026').waitFor();
    tab.title('a2.1.4').insert(0, 'Written afterwards: ');
    await deleted.getByText(`Written afterwards: ${before}`).waitFor();
    expect(await deleted.getByRole('textbox').count()).toBe(0);
    await deleted.getByRole('button', { name: 'Restore Activity 2.1.4' }).click();
    await visitor.title('2.1.4').waitFor();
    expect(await visitor.title('2.1.4').inputValue()).toBe(`Written afterwards: ${before}`);
    expect(await deleted.count()).toBe(0);
    await visitor.says(/^Saved$/);
    await tab.until('restored', () => node.get('deleted') === null);
    await tab.stop();
    await tab.line.close();
  });

  test('what is pasted arrives whole: 400 paragraphs with their marks, more than a push may hold', async () => {
    const [writer, other] = [await enter('Americas editor'), await enter('Africa editor')];
    for (const visitor of [writer, other]) {
      await visitor.title('2.1.5').scrollIntoViewIfNeeded();
      await visitor.description('2.1.5').waitFor(); // its editor is opened once it is near the screen
    }
    const paragraphs = Array.from({ length: 400 }, (_, n) => `<p>${n} <strong>${'çedilha '.repeat(20)}</strong></p>`);
    await writer.description('2.1.5').click();
    await writer.page.keyboard.press('Control+Home');
    await writer.page.evaluate(`{
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/html', ${JSON.stringify(paragraphs.join(''))});
      const event = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true });
      document.activeElement.dispatchEvent(event);
    }`);
    await writer.says(/^Saved$/);
    expect(await writer.page.locator('.refused').count()).toBe(0);
    await expectSoon(async () => (await other.description('2.1.5').locator('strong').count()) === 400);
    const whole = await writer.description('2.1.5').innerText();
    expect(whole.length).toBeGreaterThan(64 * 1_024);
    expect(whole.includes(`399 ${'çedilha '.repeat(20).trim()}`)).toBe(true);
    expect((await other.description('2.1.5').innerText()) === whole).toBe(true);
  });

  const kinds = ['title', 'description'] as const;
  type Field = (typeof kinds)[number];
  const read = async (visitor: Visitor, field: Field) =>
    field === 'title' ? visitor.title('1.1.1').inputValue() : visitor.description('1.1.1').innerText();
  const readServer = async (field: Field): Promise<string> => {
    const doc = await readServerDocument(world);
    if (field === 'title') return titleOf(doc, 'a1.1.1').toString();
    const node = doc.getMap('nodes').get('a1.1.1') as Y.Map<Y.Map<Y.XmlFragment>>;
    const blocks = node.get('description')!.get('en')!.toArray();
    return blocks.map((block) => (block as Y.XmlElement).toArray().map(String).join('')).join('\n');
  };
  const type = async (visitor: Visitor, field: Field, end: string, text: string) => {
    await visitor[field]('1.1.1').click();
    await visitor.page.keyboard.press(end);
    await visitor.page.keyboard.type(text, { delay: 30 });
  };

  test('over a link with 300 ms and 5 % loss: é ñ ã ç, cut in the middle of a letter, reloaded while cut, every connection reset: nothing is lost, both sides are equal', async () => {
    const [writer, other] = await Promise.all([enter('Americas editor', far), enter('Africa editor')]);
    expect(link.open()).toBeGreaterThan(0);
    await writer.page.evaluate('navigator.serviceWorker.ready.then(() => true)');
    await writer.page.reload(); // the service worker has the page from the second load on
    await writer.says(/^Saved$/);
    const before = { title: await read(writer, 'title'), description: await read(writer, 'description') };
    link.latency = 150; // each way
    link.loss = 0.05;

    for (const field of kinds) {
      await type(writer, field, 'Control+End', ' el ');
      const typing = type(other, field, 'Control+Home', 'otra región ');
      for (const [index, [accent, letter]] of letters.entries()) {
        const isCut = field === 'description' && index === 2;
        await compose(writer, accent, letter, () => (isCut ? link.cut() : undefined));
        await writer.page.keyboard.type('o', { delay: 30 });
      }
      await typing;
    }
    await writer.says(/^(Sent, waiting|Saved on this device|\d+ changes? kept on this device)/);
    const typed = await read(writer, 'description');
    expect(typed.replaceAll('\u00a0', ' ')).toMatch(/ el éoñoãoço$/);

    await writer.page.reload(); // into the cut
    await writer.description('1.1.1').waitFor();
    expect(await read(writer, 'description')).toBe(typed);
    expect(await readServer('description')).not.toMatch(/ço$/);
    await writer.description('1.1.1').click();
    await writer.page.keyboard.press('Control+End');
    await compose(writer, '´', 'á');
    link.reset();
    link.heal();
    await writer.says(/^Saved$/);

    const isWhole = (field: Field, text: string) =>
      text.replaceAll('\u00a0', ' ') ===
      `otra región ${before[field]} el éoñoãoço${field === 'description' ? 'á' : ''}`;
    for (const field of kinds) {
      for (let tries = 0; ; tries++) {
        const [mine, theirs, server] = await Promise.all([read(writer, field), read(other, field), readServer(field)]);
        if (isWhole(field, mine) && theirs === mine && server === mine) break;
        if (tries > 600) throw new Error(`no agreement: ${JSON.stringify({ mine, theirs, server })}`);
        await new Promise((resolve) => setTimeout(resolve, 100)); // a look costs a round trip to the browser
      }
    }
    for (const visitor of [writer, other]) {
      expect(await visitor.page.locator('.refused').count()).toBe(0);
      expect(visitor.complaints.filter((text) => !/ERR_|WebSocket/.test(text))).toEqual([]);
    }
  });
});
