import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import type * as Y from 'yjs';
import { catchMail, type MailCatcher } from './mail-catcher.ts';
import { describeWith } from './required.ts';
import { compose, launch, openPlan, signIn, type Visitor, visit } from './web/browser.ts';
import { describeDiscussions } from './web/discussions.ts';
import { readServerDocument, titleOf } from './web/plan.ts';
import { startWorldApart, type World } from './world.ts';

describeWith('chromium', 'the page, in headless Chromium', () => {
  let world: World;
  let browser: Browser;
  let catcher: MailCatcher;
  beforeAll(async () => {
    catcher = await catchMail();
    world = await startWorldApart({ SMTP_URL: catcher.url, MAIL_FROM: 'notices@example.org' }, true);
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
    await world?.stop();
    await catcher?.stop();
  });

  const visitors: Visitor[] = [];
  afterEach(async () => {
    const complaints = visitors.flatMap((visitor) => visitor.complaints);
    for (const { context } of visitors.splice(0)) await context.close();
    expect(complaints).toEqual([]);
  });
  const come = async (visitor: Promise<Visitor>) => {
    visitors.push(await visitor);
    return visitor;
  };
  const enter = (persona: string, width?: number) => come(openPlan(browser, world, persona, width));

  /** Waits until both browsers show one text that satisfies, and the server has it too. */
  async function agree(read: (visitor: Visitor) => Promise<string>, both: Visitor[], holds: (text: string) => boolean) {
    for (let tries = 0; ; tries++) {
      const [first, ...others] = await Promise.all(both.map(read));
      if (holds(first!) && others.every((text) => text === first)) return first!;
      if (tries > 600) throw new Error(`no agreement: ${JSON.stringify([first, ...others])}`);
      await new Promise((resolve) => setTimeout(resolve, 100)); // a look costs a round trip to the browser
    }
  }
  const descriptionOf = (doc: Y.Doc, key: string) => {
    const node = doc.getMap('nodes').get(key) as Y.Map<Y.Map<Y.XmlFragment>>;
    const fragment = node.get('description')!.get('en')!;
    return fragment
      .toArray()
      .map((block) => (block as Y.XmlElement).toArray().map(String).join(''))
      .join('\n');
  };

  describeDiscussions(() => ({ world, catcher, come: (path) => come(visit(browser, world, path, 360)) }));

  describe('before and after signing in', () => {
    test('the start page is honest, the networks carry what the sources say, and samples are marked', async () => {
      const visitor = await come(visit(browser, world));
      const { page } = visitor;
      await page.getByText('sample personas without passwords').waitFor();
      await signIn(visitor, 'Americas editor');
      const africa = page.getByRole('article', { name: 'NET4U Africa' });
      await africa.waitFor();
      const text = await africa.innerText();
      expect(text).toContain('June 2023');
      expect(text).toContain('8 stated by the source, 1 of them named');
      expect(text).toContain('Uganda Youth Development Link');
      expect(text).toContain('Sample');
      const americas = await page.getByRole('article', { name: 'NET4U Americas' }).innerText();
      expect(americas).toMatch(/Founded\s+2022\n/);
      await page.getByRole('button', { name: 'ES', exact: true }).click();
      await page.getByRole('article', { name: 'NET4U África' }).getByText('junio de 2023').waitFor();
      expect(await page.getAttribute('html', 'lang')).toBe('es');
      expect(await page.evaluate('localStorage.length && Object.keys(localStorage).join()')).toBe('net4u.language');
    });

    test('a plan can be read after at most 200 KB, 50 KB of them its own; the editor comes later, to those who type', async () => {
      const visitor = await come(visit(browser, world));
      await signIn(visitor, 'Americas editor');
      const { page, context } = visitor;
      // As they came over the wire: compressed, with headers; and what the socket brought.
      const devtools = await context.newCDPSession(page);
      await devtools.send('Network.enable');
      const paths = new Map<string, string>();
      let sizes = new Map<string, number>();
      const add = (path: string, size: number) => sizes.set(path, (sizes.get(path) ?? 0) + size);
      devtools.on('Network.responseReceived', ({ requestId, response }) =>
        paths.set(requestId, new URL(response.url).pathname),
      );
      devtools.on('Network.loadingFinished', ({ requestId, encodedDataLength }) =>
        add(paths.get(requestId) ?? '', encodedDataLength),
      );
      devtools.on('Network.webSocketFrameReceived', ({ response }) => add('socket', response.payloadData.length));
      const measure = () => {
        const all = [...sizes].map(([path, size]) => ({ path, size }));
        sizes = new Map();
        return { all, total: all.reduce((sum, { size }) => sum + size, 0) };
      };
      await devtools.send('Network.clearBrowserCache');
      await devtools.send('Network.setBypassServiceWorker', { bypass: true });
      await page.reload({ waitUntil: 'networkidle' });
      await page.getByRole('article', { name: 'NET4U Asia' }).waitFor(); // a page that gets no turn is idle too
      const first = measure();
      expect(first.all.length).toBeGreaterThanOrEqual(4);
      expect(first.all.filter(({ path }) => /page-|editor|sign-in/.test(path))).toEqual([]);

      let release = () => {};
      const asked = new Promise<void>((resolve) => {
        release = resolve;
      });
      await page.route('**/rich-editor-*.js', async (route) => {
        await asked;
        await route.continue();
      });
      await page
        .getByRole('link', { name: /^Joint working plan/ })
        .first()
        .click();
      await visitor.says(/^Saved$/);
      await page.getByText('Each national member checks').waitFor();
      const plan = measure();
      const data = plan.all.filter(({ path }) => path === '/graphql' || path === 'socket');
      const own = data.reduce((sum, { size }) => sum + size, 0); // the rest is kept by the browser
      expect(own).toBeGreaterThan(10_000);
      expect(own < 50_000 && first.total + plan.total < 200_000 ? 'small' : { first, plan }).toBe('small');
      release();
      await visitor.description('1.1.1').click();
    });

    test('with the keyboard alone: sign in, open the plan, type', async () => {
      const visitor = await come(visit(browser, world));
      const { page } = visitor;
      const tabTo = async (name: string) => {
        for (let presses = 0; presses < 60; presses++) {
          await page.keyboard.press('Tab');
          const label = await page.evaluate(
            '(document.activeElement.getAttribute("aria-label") || document.activeElement.innerText || "").trim()',
          );
          if (label === name) return;
        }
        throw new Error(`Tab never reaches ${name}`);
      };
      await page.getByText('sample personas without passwords').waitFor();
      await tabTo('Sign in');
      await page.keyboard.press('Enter');
      await page.getByText('no passwords').waitFor();
      await tabTo('Africa editor');
      await page.keyboard.press('Enter');
      await page.getByRole('article', { name: 'NET4U Asia' }).waitFor();
      await tabTo('Joint working plan of the two networks, 2027–2028 (sample)');
      await page.keyboard.press('Enter');
      await visitor.says(/^Saved$/);
      await tabTo('Title of the plan');
      expect(await page.evaluate('getComputedStyle(document.activeElement.parentElement).boxShadow')).not.toBe('none');
      await page.keyboard.type('Keyboard ');
      await visitor.says(/^Saved$/);
      const title = titleOf(await readServerDocument(world), 'plan').toString();
      expect(title).toContain('Keyboard ');
    });
  });

  describe('members of two regions in one plan', () => {
    test('type at once in one title and one description: both see the same, and the server has it', async () => {
      const [americas, africa] = [await enter('Americas editor'), await enter('Africa editor', 360)];
      const type = async (visitor: Visitor, field: 'title' | 'description', keys: string, text: string) => {
        await visitor[field]('1.1.1').click();
        await visitor.page.keyboard.press(keys);
        await visitor.page.keyboard.type(text, { delay: 15 });
      };
      await Promise.all([
        type(americas, 'title', 'Control+End', ' — Américas escribe'),
        type(africa, 'title', 'Control+Home', 'Africa writes: '),
      ]);
      const title = await agree(
        ({ title }) => title('1.1.1').inputValue(),
        [americas, africa],
        (text) => text.startsWith('Africa writes: ') && text.endsWith(' — Américas escribe'),
      );
      await Promise.all([
        type(americas, 'description', 'Control+End', ' One more sentence.'),
        type(africa, 'description', 'Control+Home', 'First of all. '),
      ]);
      const description = await agree(
        ({ description }) => description('1.1.1').innerText(),
        [americas, africa],
        (text) => text.startsWith('First of all. ') && text.endsWith(' One more sentence.'),
      );
      for (const visitor of [americas, africa]) await visitor.says(/^Saved$/);
      const doc = await readServerDocument(world);
      expect(titleOf(doc, 'a1.1.1').toString()).toBe(title);
      expect(descriptionOf(doc, 'a1.1.1')).toBe(description);
      expect(await africa.page.locator('.last-change').innerText()).toMatch(/Last change by .*(PE-1|Africa-|UG-)/);
      // No sideways scrolling on a narrow phone.
      expect(await africa.page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    });

    test('who only represents a member reads it, live, and is told so', async () => {
      const [reader, writer] = [await enter('Americas representative'), await enter('Africa editor')];
      await reader.page.getByText('You can read this plan, not change it.').waitFor();
      expect(await reader.status()).toBe('Up to date');
      expect(await reader.page.getByRole('textbox').count()).toBe(0);
      const hostile = 'A title <img src=x onerror="document.body.remove()"> that the reader sees change';
      await writer.title('1.1.2').fill(hostile);
      await reader.page.getByRole('heading', { name: hostile }).waitFor();
      await writer.description('1.1.2').click();
      await writer.page.keyboard.press('Control+A');
      await writer.page.keyboard.type('A description that changes too');
      await reader.page.getByText('A description that changes too').waitFor();
    });

    test('composed letters arrive whole while the other types in the same title and description', async () => {
      const [americas, africa] = [await enter('Americas editor'), await enter('Africa editor')];
      for (const field of ['title', 'description'] as const) {
        await americas[field]('2.1.1').click();
        await americas.page.keyboard.press('Control+End');
        await africa[field]('2.1.1').click();
        await africa.page.keyboard.press('Control+Home');
        const typing = africa.page.keyboard.type('otra región ', { delay: 20 });
        for (const [accent, letter] of [
          ['´', 'é'],
          ['~', 'ñ'],
          ['~', 'ã'],
          ['¨', 'ü'],
        ] as const) {
          await compose(americas, accent, letter);
          await americas.page.keyboard.type(' ');
        }
        await typing;
        await agree(
          (visitor) =>
            field === 'title' ? visitor.title('2.1.1').inputValue() : visitor.description('2.1.1').innerText(),
          [americas, africa],
          (text) => /^otra región .*[^ ]é ñ ã ü ?$/.test(text.replaceAll('\u00a0', ' ')),
        );
      }
      for (const visitor of [americas, africa]) await visitor.says(/^Saved$/);
    });
  });

  describe('saved and pending', () => {
    test('“Saving…”, “Sent” until the server has answered, “Saved” only then', async () => {
      const visitor = await enter('Americas editor');
      let answer = () => {};
      const gate = new Promise<void>((resolve) => {
        answer = resolve;
      });
      await visitor.page.route('**/graphql', async (route) => {
        if (route.request().postData()?.includes('PushPlanEdits')) await gate;
        await route.continue();
      });
      // Some of what it says stands for less than a second: it is written down as it comes.
      await visitor.page.evaluate(`{
        const line = document.querySelector('[data-status]');
        globalThis.said = [line.innerText];
        const write = () => said.at(-1) === line.innerText || said.push(line.innerText);
        new MutationObserver(write).observe(line, { childList: true, characterData: true, subtree: true });
      }`);
      await visitor.title('1.1.3').press('End');
      await visitor.page.keyboard.type('!');
      await visitor.says(/^Sent, waiting for the server to confirm$/);
      expect(titleOf(await readServerDocument(world), 'a1.1.3').toString()).not.toMatch(/!/);
      answer();
      await visitor.says(/^Saved$/);
      const said = (await visitor.page.evaluate('said')) as string[];
      expect(said.slice(0, 2)).toEqual(['Saved', 'Saving…']);
      expect(said.slice(-2)).toEqual(['Sent, waiting for the server to confirm', 'Saved']);
      expect(titleOf(await readServerDocument(world), 'a1.1.3').toString()).toMatch(/!/);
      await visitor.page.getByRole('status').filter({ hasText: 'Saved' }).waitFor({ state: 'attached' });
    });

    test('typed without a connection: kept through a reload, also without a connection, and saved when it is back', async () => {
      const visitor = await enter('Americas editor');
      // The service worker keeps the page from the second load on.
      await visitor.page.evaluate('navigator.serviceWorker.ready.then(() => true)');
      await visitor.page.reload();
      await visitor.says(/^Saved$/);
      await visitor.context.setOffline(true);
      await visitor.title('1.1.4').click();
      await visitor.page.keyboard.press('Control+Home');
      await visitor.page.keyboard.type('Kept ');
      await visitor.says(/^5 changes kept on this device, waiting for the connection$/);
      await visitor.page.reload();
      await visitor.says(/^5 changes kept on this device, waiting for the connection$/);
      expect(await visitor.title('1.1.4').inputValue()).toMatch(/^Kept /);
      await visitor.title('1.1.4').click();
      await visitor.page.keyboard.press('Control+Home');
      await visitor.page.keyboard.type('Still ');
      await visitor.says(/^11 changes kept/);
      expect(titleOf(await readServerDocument(world), 'a1.1.4').toString()).not.toMatch(/Kept/);
      await visitor.context.setOffline(false);
      await visitor.says(/^Saved$/);
      expect(titleOf(await readServerDocument(world), 'a1.1.4').toString()).toMatch(/^Still Kept /);
    });

    test('what a closed tab had not saved is named on the first page, and saved when the plan is opened', async () => {
      const visitor = await enter('Africa editor');
      await visitor.page.route('**/graphql', (route) =>
        route.request().postData()?.includes('PushPlanEdits') ? route.abort('internetdisconnected') : route.continue(),
      );
      await visitor.title('2.1.5').click();
      await visitor.page.keyboard.press('Control+Home');
      await visitor.page.keyboard.type('Closed ');
      await visitor.says(/7 changes kept on this device/);
      await visitor.page.close();
      const page = await visitor.context.newPage();
      await page.goto(world.url);
      // The issuer still knows who it is: one press, no question.
      await page.getByRole('button', { name: 'Sign in', exact: true }).click();
      const kept = page.getByText(/changes? (is|are) kept on this device/);
      await kept.waitFor().catch(async (error) => {
        throw new Error(`no note, but: ${await page.locator('body').innerText({ timeout: 1_000 })}`, { cause: error });
      });
      expect(await kept.innerText()).toContain('7 changes are kept on this device');
      await page.getByRole('link', { name: 'Open the plan to save' }).click();
      await page.locator('[data-status=saved]').waitFor();
      expect(titleOf(await readServerDocument(world), 'a2.1.5').toString()).toMatch(/^Closed /);
    });

    test('two tabs of one person each have a place and a client id of their own', async () => {
      const visitor = await enter('Americas editor');
      const other = await visitor.context.newPage();
      await other.goto(`${world.url}/plans/plan:joint-2027`);
      await other.getByRole('button', { name: 'Sign in', exact: true }).click();
      await other.locator('[data-status=saved]').waitFor();
      const name = 'Title of activity 2.1.3';
      const fields = [visitor.page, other].map((page) => page.getByRole('textbox', { name, exact: true }));
      await Promise.all(fields.map((field, index) => field.press(index === 0 ? 'Control+Home' : 'Control+End')));
      await Promise.all([visitor.page.keyboard.type('first tab '), other.keyboard.type(' second tab')]);
      await agree(
        (_visitor) => Promise.all(fields.map((field) => field.inputValue())).then(([a, b]) => (a === b ? a! : '')),
        [visitor],
        (text) => text.startsWith('first tab ') && text.endsWith(' second tab'),
      );
      for (const page of [visitor.page, other]) {
        await page.locator('[data-status=saved]').waitFor();
        expect(await page.locator('.refused').count()).toBe(0);
      }
    });

    test('a refused text stays to be copied, and the plan goes on from what the server has', async () => {
      const visitor = await enter('Americas editor');
      await visitor.page.route('**/graphql', (route) =>
        route.request().postData()?.includes('PushPlanEdits')
          ? route.fulfill({ json: { errors: [{ message: 'full', extensions: { code: 'PLAN_FULL' } }] } })
          : route.continue(),
      );
      const before = await visitor.title('1.1.5').inputValue();
      await visitor.title('1.1.5').press('Control+Home');
      await visitor.page.keyboard.type('X');
      const alert = visitor.page.getByRole('alert');
      await alert.getByText('Refused: the plan has reached its largest size.').waitFor();
      expect(await alert.getByRole('textbox', { name: 'Title of activity 1.1.5' }).inputValue()).toBe(`X${before}`);
      await visitor.says(/^Saved$/);
      await alert.getByRole('button', { name: 'Put away' }).click();
      expect(await visitor.title('1.1.5').inputValue()).toBe(before);
    });
  });
});
