import { describe, expect, test } from '@jest/globals';
import pg from 'pg';
import type { MailCatcher } from '../mail-catcher.ts';
import { until } from '../processes.ts';
import type { World } from '../world.ts';
import { signIn, type Visitor } from './browser.ts';

interface Stage {
  world: World;
  catcher: MailCatcher;
  /** A visitor with a phone, at this address. */
  come(path: string): Promise<Visitor>;
}

const af = 'net:africa';
const activity = 'plan:joint-2027/a1.1.1';
const hash = 'b'.repeat(64);

/** What mails lead to: a discussion, a decision and the inbox, in the browser of the file that asks for it. */
export function describeDiscussions(stage: () => Stage): void {
  let serial = 0;
  // biome-ignore lint/suspicious/noExplicitAny: as varied as the mutations
  async function act(persona: string, name: string, input: object, fields: string): Promise<any> {
    const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input!`;
    const query = `mutation ($input: ${type}) { ${name}(input: $input) { ${fields} problems { ... on UserError { message } } } }`;
    const member = await stage().world.people.as(persona);
    const { data, errors } = await member.ask(query, { input: { clientMutationId: `talk${++serial}`, ...input } });
    expect([name, errors, data?.[name].problems]).toEqual([name, undefined, []]);
    return data[name];
  }
  const fits = async ({ page }: Visitor) =>
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
  /** The path of the link in the next mail to this address. */
  const linkIn = async (address: string): Promise<string> => {
    const [mail] = await stage().catcher.take(address);
    const link = /https?:\/\/\S+\/\w+\/\S+/.exec(mail?.text ?? '')?.[0] ?? '';
    const { pathname, hash } = new URL(link.replace('localhost:0', 'localhost'));
    return pathname + hash;
  };

  describe('who follows the link of a mail', () => {
    test('signs in, stands before the post, answers it, and takes a position on the decision that waits', async () => {
      const { world, come } = stage();
      const [rep, address] = ['africa-rep', 'rep@example.org'];
      await act(rep, 'setNotifications', { expectedVersion: 0, digest: 'IMMEDIATE' }, '__typename');
      await act(rep, 'setMailAddress', { address }, '__typename');
      const [code] = /[A-Z2-9]{8}/.exec((await stage().catcher.take(address))[0]?.text ?? '') ?? [];
      await act(rep, 'confirmMailAddress', { code }, '__typename');
      const title = [{ locale: 'en', text: 'Border posts' }];
      const about = { anchor: { typename: 'Activity', id: activity }, networkIds: [af], visibility: 'NETWORK' };
      const started = { ...about, title, body: 'Let us begin', locale: 'en' };
      const { id: threadId } = (await act('africa-coordinator', 'startThread', started, 'thread { id }')).thread;
      const asked = { threadId, body: '¿Quién tiene las cifras?', locale: 'es', mentionSeatIds: ['seat:s09'] };
      const { id: postId } = (await act('africa-coordinator', 'post', asked, 'post { id }')).post;

      const path = await linkIn(address);
      expect(path).toBe(`/threads/${threadId}#${postId}`);
      const visitor = await come(path);
      const { page } = visitor;
      await signIn(visitor, 'Africa representative');
      await page.getByRole('heading', { name: 'Border posts', level: 1 }).waitFor();
      await page.getByText('¿Quién tiene las cifras?').waitFor();
      await page.waitForFunction(`document.activeElement?.id === ${JSON.stringify(postId)}`);
      expect(await page.locator('.talk-head a').getAttribute('href')).toBe('/plans/plan:joint-2027#a1.1.1');
      // Whoever has seen it has read the notice of it.
      const unread = '{ viewer { notices { unread } } }';
      await until(async () => (await (await world.people.as(rep)).ask(unread)).data.viewer.notices.unread === 0);
      await fits(visitor);

      const asking = page.getByRole('article').filter({ hasText: '¿Quién' });
      await asking.getByRole('button', { name: /^Answer / }).press('Enter');
      await page.keyboard.type('They are in annex 3.');
      await page.reload();
      const field = page.getByLabel('Your answer');
      await field.waitFor();
      expect(await field.inputValue()).toBe('They are in annex 3.');
      await asking.getByRole('button', { name: /^Answer / }).click();
      await page.getByRole('button', { name: 'Post', exact: true }).click();
      await page.getByText('Your answer was posted.').waitFor();
      const own = page.getByRole('article').filter({ hasText: 'They are in annex 3.' });
      await own.getByRole('link', { name: /^in answer to / }).waitFor();
      expect(await field.inputValue()).toBe('');
      await act('safety-officer', 'redactPost', { postId, reason: 'A name stood in it' }, '__typename');
      await page.getByText(/^A safety officer took this post’s text away on .*A name stood in it$/).waitFor();
      expect(await page.getByText('¿Quién tiene las cifras?').count()).toBe(0);

      const of = { subject: { typename: 'WorkingPlan', id: 'plan:joint-2027' }, contentHash: hash, networkIds: [af] };
      const question = { ...of, title: [{ locale: 'en', text: 'Adopt it?' }], method: 'LAZY_CONSENSUS' };
      const convener = 'africa-coordinator';
      const opened = { ...question, visibility: 'NETWORK' };
      const { id: decisionId } = (await act(convener, 'openDecision', opened, 'decision { id }')).decision;
      const round = { decisionId, expectedVersion: 1 };
      const { version } = (await act(convener, 'startDecisionRound', round, 'decision { version }')).decision;
      const beside = { ...about, anchor: { typename: 'Decision', id: decisionId }, body: 'Ask here', locale: 'en' };
      const questions = { ...beside, title: [{ locale: 'en', text: 'Questions on it' }] };
      await act(convener, 'startThread', questions, '__typename');
      expect(await linkIn(address)).toBe(`/decisions/${decisionId}`);
      await page.getByRole('link', { name: 'Inbox, 1 unread' }).click();
      await page.getByRole('status').filter({ hasText: '1 unread' }).waitFor();
      await fits(visitor);
      await page.getByRole('link', { name: 'Adopt it?' }).click();
      await page.getByText(/^Positions are taken until /).waitFor();
      await page.getByRole('link', { name: 'Questions on it' }).waitFor();
      await page.getByRole('button', { name: 'Take a position' }).click();
      const dialog = page.getByRole('dialog');
      const take = dialog.getByRole('button', { name: 'Take a position' });
      await dialog.getByLabel('Objection').check();
      expect(await take.isDisabled()).toBe(true);
      await dialog.getByLabel('Reason (an objection needs one)').fill('The budget is not in it');
      await take.click();
      await page.getByText('Your organisation: Objection').waitFor();
      await page.getByRole('listitem').filter({ hasText: 'The budget is not in it' }).waitFor();
      await fits(visitor);

      const owner = new pg.Client(world.databaseUrl);
      await owner.connect();
      await owner.query('UPDATE discussions.decision_round SET closes_at = now() WHERE decision_id = $1', [decisionId]);
      await owner.end();
      await act(convener, 'concludeDecision', { decisionId, expectedVersion: version }, '__typename');
      await page.getByText(/^Not adopted, on /).waitFor();
      expect(await page.locator('code.fingerprint').innerText()).toBe(hash);
      await page.getByRole('button', { name: 'FR', exact: true }).click();
      await page.getByText(/^Non adoptée, le /).waitFor();

      await page.goto(`${world.url}/threads/thread:none`);
      await page.getByRole('alert').filter({ hasText: 'Cette discussion n’existe pas' }).waitFor();
    });
  });
}
