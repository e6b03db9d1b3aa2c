import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import type * as Y from 'yjs';
import { type Link, openLink } from './link.ts';
import { describeWith } from './required.ts';
import { compose, launch, openPlan, type Visitor } from './web/browser.ts';
import { readServerDocument, titleOf } from './web/plan.ts';
import { startWorld, type World } from './world.ts';

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

describeWith('chromium', 'the page, over a link with 300 ms and 5 % loss', () => {
  let world: World;
  let link: Link;
  let near: Browser;
  let far: Browser;
  beforeAll(async () => {
    world = await startWorld({}, true);
    link = await openLink({ to: { port: Number(new URL(world.url).port) }, random: seeded(7) });
    [near, far] = await Promise.all([launch(), launch({ world, port: link.port })]);
  }, 120_000);
  afterAll(async () => {
    await Promise.all([near?.close(), far?.close()]);
    await link?.stop();
    await world?.stop();
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

  test('é ñ ã ç, cut in the middle of a letter, reloaded while cut, every connection reset: nothing is lost, both sides are equal', async () => {
    const [writer, other] = await Promise.all([
      openPlan(far, world, 'Americas editor'),
      openPlan(near, world, 'Africa editor'),
    ]);
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
        if (tries > 100) throw new Error(`no agreement: ${JSON.stringify({ mine, theirs, server })}`);
        await new Promise((resolve) => setTimeout(resolve, 100)); // a look costs a round trip to the browser
      }
    }
    for (const visitor of [writer, other]) {
      expect(await visitor.page.locator('.refused').count()).toBe(0);
      expect(visitor.complaints.filter((text) => !/ERR_|WebSocket/.test(text))).toEqual([]);
    }
  }, 120_000);
});
