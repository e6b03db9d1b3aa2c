import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import type { Browser, Locator } from 'playwright-core';
import { signToken } from '../issuer/sign.ts';
import { describeWith } from './required.ts';
import { launch, openPlan, type Visitor } from './web/browser.ts';
import { planId, readServerDocument, titleOf } from './web/plan.ts';
import { startWorldApart, type World } from './world.ts';

describeWith('chromium', 'a plan’s life on the page, in headless Chromium', () => {
  let world: World;
  let browser: Browser;
  let owner: pg.Client;
  beforeAll(async () => {
    world = await startWorldApart({}, true);
    browser = await launch();
    owner = new pg.Client(world.databaseUrl);
    await owner.connect();
  });
  afterAll(async () => {
    await owner?.end();
    await browser?.close();
    await world?.stop();
  });

  const visitors: Visitor[] = [];
  afterEach(async () => {
    const complaints = visitors.flatMap((visitor) => visitor.complaints);
    for (const { context } of visitors.splice(0)) await context.close();
    expect(complaints).toEqual([]);
  });
  const enter = async (persona: string, width?: number): Promise<Visitor> => {
    const visitor = await openPlan(browser, world, persona, width);
    visitors.push(visitor);
    return visitor;
  };
  const button = ({ page }: Visitor, name: string | RegExp): Locator =>
    page.getByRole('button', { name, exact: typeof name === 'string' });
  const go = ({ page }: Visitor, name: RegExp) =>
    page
      .getByRole('navigation', { name: /record|dossier|registro/ })
      .getByRole('link', { name })
      .click();
  /** In the dialog that is open. */
  const confirm = async ({ page }: Visitor, name: string) => {
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name, exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
  };
  const titleOnServer = async (code: string) => titleOf(await readServerDocument(world), `a${code}`).toString();
  async function expectSoon(holds: () => Promise<boolean>) {
    for (let tries = 0; !(await holds()); tries++) {
      if (tries > 1_200) throw new Error(`never: ${holds}`);
      await new Promise((resolve) => setTimeout(resolve, 50)); // a look costs a round trip to the browser
    }
  }
  const fitsOn360 = async ({ page }: Visitor) =>
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);

  test('a version is kept, compared with what came since, read, and written back; on a phone', async () => {
    const visitor = await enter('Africa editor', 360);
    const { page } = visitor;
    const before = await visitor.title('1.1.1').inputValue();
    await go(visitor, /^Versions/);
    await page.getByText('The plan has no versions yet.').waitFor();
    await button(visitor, 'Keep a version').click();
    await page.getByLabel('Name of the version').fill('Before the meeting');
    await confirm(visitor, 'Keep');
    await page.getByRole('article', { name: 'Version 1: Before the meeting' }).waitFor();
    await fitsOn360(visitor);

    await go(visitor, /^Text/);
    await visitor.title('1.1.1').fill(`${before} and in writing`);
    await visitor.says(/^Saved$/);
    await go(visitor, /^Versions/);
    await page.getByRole('link', { name: /^Compare with now/ }).click();
    await page.getByText('1 difference', { exact: true }).waitFor();
    const changed = page.getByRole('article', { name: 'Activity 1.1.1' });
    expect(await changed.locator('ins').innerText()).toContain('and in writing');
    expect(await changed.locator('del').count()).toBe(0);
    await fitsOn360(visitor);

    await page.getByRole('link', { name: '← Versions' }).click();
    await page.getByRole('link', { name: 'Read: Version 1' }).click();
    await page.locator('.content-activity').getByRole('heading', { name: before, exact: true }).waitFor();
    await fitsOn360(visitor);
    await button(visitor, 'Restore this text').click();
    await page.getByRole('dialog', { name: 'Restore version 1' }).waitFor();
    await page.keyboard.press('Escape');
    expect(await page.evaluate('document.activeElement.innerText')).toBe('Restore this text');
    await page.keyboard.press('Enter');
    await confirm(visitor, 'Restore this text');
    await page.getByText('The text of version 1 was written back.').waitFor();
    await go(visitor, /^Text/);
    await expectSoon(async () => (await visitor.title('1.1.1').inputValue()) === before);
    expect(await titleOnServer('1.1.1')).toBe(before);
    await fitsOn360(visitor);
  });

  describe('suggestions', () => {
    /** With the keyboard alone. */
    const suggest = async ({ page }: Visitor, code: string, text: string) => {
      const activity = page.getByRole('article', { name: `Activity ${code}`, exact: true });
      await activity.getByRole('button', { name: `Suggest another text: Title of activity ${code}` }).press('Enter');
      await page.locator('dialog textarea:not([readonly])').waitFor();
      await page.keyboard.press('Control+A');
      await page.keyboard.type(text);
      await page.keyboard.press('Tab');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      expect(await page.evaluate('document.activeElement.innerText')).toContain('Suggest another text');
      return activity;
    };

    test('beside their text: proposed by who only reads, accepted by a coordinator, outdated by typing, withdrawn', async () => {
      const [rep, coordinator] = [await enter('Africa representative'), await enter('Africa coordinator')];
      await rep.page.getByText('With “Suggest” above you can propose another text').waitFor();
      await button(rep, 'Suggest').click();
      const own = await suggest(rep, '1.1.2', 'A title that a member suggests');
      await own
        .getByRole('article', { name: /^Suggestion 1 by / })
        .locator('ins')
        .first()
        .waitFor();

      // A look at the list asks anew.
      await go(coordinator, /^Suggestions/);
      await button(coordinator, /^Accept suggestion 1 by /).click();
      await confirm(coordinator, 'Accept');
      await rep.page.getByRole('heading', { name: 'A title that a member suggests' }).waitFor();
      expect(await titleOnServer('1.1.2')).toBe('A title that a member suggests');
      await coordinator.page.getByText('There are none.').waitFor();

      await suggest(rep, '1.1.3', 'Outdated soon');
      const third = rep.page.getByRole('article', { name: 'Activity 1.1.3', exact: true });
      await go(coordinator, /^Text/);
      await coordinator.title('1.1.3').fill('Typed meanwhile');
      await third.getByText('it can no longer be accepted').waitFor();
      await third.getByRole('button', { name: 'Suggest it again' }).click();
      await rep.page.locator('dialog del').filter({ hasText: 'Typed' }).first().waitFor();
      await confirm(rep, 'Suggest');
      await third.getByRole('button', { name: /^Withdraw suggestion 3 by / }).click();
      await confirm(rep, 'Withdraw');
      await third.getByRole('article', { name: /^Suggestion 3 by / }).waitFor({ state: 'detached' });
      await go(coordinator, /^Suggestions/);
      await button(coordinator, 'Withdrawn').click();
      await coordinator.page.getByRole('article', { name: /^Suggestion 3 by / }).waitFor();
    });

    test('whoever proposes while another types is told, keeps what they wrote, and sends it again', async () => {
      const [rep, editor] = [await enter('Americas representative'), await enter('Americas editor')];
      await button(rep, 'Suggest').click();
      const activity = rep.page.getByRole('article', { name: 'Activity 2.1.1', exact: true });
      await activity.getByRole('button', { name: 'Suggest another text: Title of activity 2.1.1' }).click();
      await rep.page.locator('dialog textarea:not([readonly])').fill('Mine');
      await editor.title('2.1.1').fill('Another has typed this');
      await editor.says(/^Saved$/);
      const send = rep.page.getByRole('dialog').getByRole('button', { name: 'Suggest', exact: true });
      await send.click();
      await rep.page.getByRole('alert').filter({ hasText: 'Somebody changed the text meanwhile' }).waitFor();
      expect(await rep.page.getByLabel('As it should read').inputValue()).toBe('Mine');
      await rep.page.locator('dialog del').filter({ hasText: 'Another' }).first().waitFor();
      await send.click();
      await activity.getByRole('article', { name: /^Suggestion \d+ by / }).waitFor();
    });
  });

  test('who wrote what: by day and person, of one part, and word by word', async () => {
    const visitor = await enter('Americas editor');
    const { page } = visitor;
    await visitor.title('2.1.2').press('End');
    await page.keyboard.type(' y en español');
    await visitor.says(/^Saved$/);
    await go(visitor, /^History/);
    const today = page.getByRole('region', { name: new RegExp(String(new Date().getFullYear())) }).first();
    const person = today.getByRole('article', { name: /PE-1/ });
    await person
      .getByText(/Activity 2\.1\.2.*: title \(English\)/)
      .first()
      .waitFor();
    await person.getByRole('link', { name: 'Activity 2.1.2' }).first().click();
    await visitor.title('2.1.2').waitFor();
    const activity = page.getByRole('article', { name: 'Activity 2.1.2', exact: true });
    await button(visitor, 'Who wrote').click();
    await activity.getByRole('button', { name: 'Who wrote this: Title of activity 2.1.2' }).click();
    const written = activity.locator('.stretch').filter({ hasText: 'y en español' });
    expect(await written.innerText()).toMatch(/PE-1.*:\s+y en español$/);
    await activity.getByRole('link', { name: 'History of this part: Title of activity 2.1.2' }).click();
    await page.getByRole('heading', { name: 'History: Activity 2.1.2' }).waitFor();
    expect(await page.locator('.records').getByText('Activity 1.1').count()).toBe(0);
  });

  test('a new token goes to the open socket before the old one ends; where none comes, what is typed waits for it', async () => {
    const visitor = await enter('Americas editor');
    const { page } = visitor;
    const sockets: string[] = [];
    page.on('websocket', (socket) => sockets.push(socket.url()));
    const readEnd = async () =>
      Number(await page.evaluate(`JSON.parse(sessionStorage.getItem('net4u.session')).expiresAt`));
    /**
     * As if the sign-in were hours old: its token ends in so many seconds. Where the page took longer to open, and to have another token if it is
     * to `renew`, in twice as many.
     */
    const age = async (expiresIn: number, change: object, renew = false): Promise<void> => {
      if (renew) Object.assign(change, { renewAt: Date.now() + expiresIn * 400 });
      ends = Date.now() + expiresIn * 1_000;
      const token = await signToken({ dataDir: world.dataDir, persona: 'americas-editor', expiresIn });
      const session = JSON.stringify({ token, expiresAt: ends, ...change });
      await page.evaluate(`{
        const kept = JSON.parse(sessionStorage.getItem('net4u.session'));
        sessionStorage.setItem('net4u.session', JSON.stringify({ ...kept, ...${session} }));
      }`);
      await page.reload();
      const isThere = async () =>
        /^Saved$/.test(await visitor.status().catch(() => '')) && (!renew || (await readEnd()) > ends);
      await expectSoon(async () => Date.now() > ends - margin || (await isThere()));
      if (Date.now() > ends - margin) return age(expiresIn * 2, change, renew);
    };
    let ends = 0; // ms since 1970
    const margin = 1_100; // ms: tokens end at whole seconds, and one that has come must reach the socket
    /** The server's clock ends a token. */
    const outlive = () => new Promise((resolve) => setTimeout(resolve, ends - Date.now()));
    const type = async (text: string) => {
      await visitor.title('2.1.5').press('End');
      await page.keyboard.type(text);
    };

    await age(4, {}, true);
    const before = sockets.length;
    await outlive();
    await type(' 1');
    await visitor.says(/^Saved$/);
    expect(sockets.length).toBe(before);
    expect(await titleOnServer('2.1.5')).toMatch(/ 1$/);

    await page.route('**/token', (route) => route.abort('internetdisconnected'));
    await age(3, { renewAt: 0 });
    await outlive();
    await type(' 2');
    await visitor.says(/^\d changes? kept on this device, waiting for the connection$/);
    await page.unroute('**/token');
    await button(visitor, 'Sync now').click();
    await visitor.says(/^Saved$/);
    expect(await titleOnServer('2.1.5')).toMatch(/ 1 2$/);

    await age(300, { refreshToken: '', renewAt: 0 });
    await page.getByText(/^Your sign-in ends at \d\d:\d\d and cannot be renewed/).waitFor();
    // The browser writes down each answer that said that the token had ended.
    expect(visitor.complaints.splice(0).filter((text) => !/401/.test(text))).toEqual([]);
  });

  test('submitted, given back, submitted again, decided on by both networks, adopted and amended', async () => {
    const [coordinator, editor] = [await enter('Africa coordinator', 360), await enter('Americas editor')];
    const now = (visitor: Visitor, text: string) =>
      visitor.page.getByRole('region', { name: 'Where this plan stands' }).getByText(text).first().waitFor();
    await now(coordinator, 'Its text is being written.');
    expect(await button(editor, 'Submit for review').count()).toBe(0);
    const submit = async () => {
      await button(coordinator, 'Submit for review').click();
      await confirm(coordinator, 'Submit for review');
      await now(coordinator, 'Its text is frozen.');
    };
    await submit();
    expect(await coordinator.page.evaluate('document.activeElement.id')).toBe('standing');
    // Nobody reloads: the editor's page stops taking what would be refused, and takes it again.
    await now(editor, 'Its text is frozen.');
    await editor.page.getByText('The text of this plan is frozen').waitFor();
    await editor.title('1.1.1').waitFor({ state: 'detached' });
    await fitsOn360(coordinator);

    await button(coordinator, 'Ask for changes').click();
    await coordinator.page.getByLabel('What should change').fill('Name the offices.');
    await confirm(coordinator, 'Ask for changes');
    await now(coordinator, 'Name the offices.');
    await editor.page.evaluate('document.dispatchEvent(new Event("visibilitychange"))'); // comes back to the tab
    await now(editor, 'Name the offices.');
    await editor.title('1.1.1').fill('The offices are named');
    await editor.says(/^Saved$/);
    expect(await editor.page.locator('.refused').count()).toBe(0);
    await submit();

    // One network on the page, the other by the API.
    const africa = coordinator.page.getByRole('region', { name: 'NET4U Africa' });
    await button(coordinator, 'Put it to NET4U Africa').click();
    await coordinator.page.getByLabel('Majority').check();
    await coordinator.page.getByLabel('How many organisations must answer').fill('1');
    await confirm(coordinator, 'Put the question');
    await africa.getByText('Draft', { exact: true }).waitFor();
    await africa.getByRole('button', { name: 'Open the round' }).click();
    await coordinator.page.getByLabel('Until a time of your choice').check();
    const later = new Date(Date.now() + 3_600_000);
    const local = new Date(+later - later.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
    await coordinator.page.getByLabel('Closes at').fill(local);
    await coordinator.page.getByLabel('Why it is shorter').fill('In the meeting of today (sample)');
    await confirm(coordinator, 'Open the round');
    await africa.getByText('Positions are taken', { exact: true }).waitFor();
    await fitsOn360(coordinator);

    const rep = await enter('Africa representative');
    await rep.page.getByRole('button', { name: 'Take a position' }).click();
    await rep.page.getByLabel('Yes', { exact: true }).check();
    await confirm(rep, 'Take a position');
    await rep.page.getByText('Your organisation: Yes').waitFor();
    const unseen = await decideForAmericas();
    // the hour of the round passes
    await owner.query('UPDATE discussions.decision_round SET closes_at = now()');
    await coordinator.page.reload();
    await africa.getByRole('button', { name: 'Conclude' }).click();
    await confirm(coordinator, 'Conclude');
    await africa.getByText('Adopted', { exact: true }).waitFor();
    await button(coordinator, 'Adopt the plan').click();
    // What another network decided for itself alone is not seen here.
    await coordinator.page.getByLabel('Decision of NET4U Americas, which you do not see here').fill(unseen);
    await confirm(coordinator, 'Adopt the plan');
    await now(coordinator, 'This is the very text that its networks adopted.');
    await now(editor, 'Its networks have adopted it.');

    await button(coordinator, 'Amend the plan').click();
    await confirm(coordinator, 'Amend the plan');
    await now(coordinator, 'Once adopted, it takes the place of');
    expect(new URL(coordinator.page.url()).pathname).not.toContain(planId);
  });

  /** @returns the decision’s id */
  async function decideForAmericas(): Promise<string> {
    const [coordinator, rep] = await Promise.all(
      ['americas-coordinator', 'americas-rep'].map((id) => world.people.as(id)),
    );
    const { data } = await rep!.ask(`{ workingPlan(id: "${planId}") { contentHash networks { id slug } } }`);
    const { contentHash, networks } = data.workingPlan;
    const network = networks.find(({ slug }: { slug: string }) => slug === 'net4u-americas').id;
    let serial = 0;
    const step = async (member: typeof rep, name: string, input: object) => {
      const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input!`;
      const text = `mutation ($input: ${type}) { ${name}(input: $input) { decision { id version } problems { ... on UserError { message } } } }`;
      const answer = await member!.ask(text, { input: { clientMutationId: `life${++serial}`, ...input } });
      expect(answer.data[name].problems).toEqual([]);
      return answer.data[name].decision;
    };
    const { id: decisionId } = await step(coordinator, 'openDecision', {
      networkIds: [network],
      subject: { typename: 'WorkingPlan', id: planId },
      title: [{ locale: 'en', text: 'Adopt the joint plan?' }],
      contentHash,
      method: 'MAJORITY',
      quorum: 1,
    });
    const closesAt = new Date(Date.now() + 3_600_000).toISOString();
    const round = { decisionId, expectedVersion: 1, closesAt, shortReason: 'In the meeting of today (sample)' };
    const { version } = await step(coordinator, 'startDecisionRound', round);
    await step(rep, 'takePosition', { decisionId, contentHash, position: 'YES' });
    await owner.query('UPDATE discussions.decision_round SET closes_at = now() WHERE decision_id = $1', [decisionId]);
    await step(coordinator, 'concludeDecision', { decisionId, expectedVersion: version });
    return decisionId;
  }

  test('the page speaks French and Portuguese, also after a reload', async () => {
    const visitor = await enter('Americas representative', 360);
    const { page } = visitor;
    await button(visitor, 'FR').click();
    await page.getByRole('link', { name: 'Historique' }).waitFor();
    expect(await page.getAttribute('html', 'lang')).toBe('fr');
    await button(visitor, 'PT').click();
    await page.getByRole('region', { name: 'Em que ponto está este plano' }).waitFor();
    await page.reload();
    await go(visitor, /^Versões/);
    await page
      .getByRole('link', { name: /^Comparar com agora/ })
      .first()
      .waitFor();
    expect(await page.getAttribute('html', 'lang')).toBe('pt');
    await fitsOn360(visitor);
  });
});
