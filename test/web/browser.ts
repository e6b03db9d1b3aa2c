import { type Browser, type BrowserContext, chromium, type Locator, type Page } from 'playwright-core';
import { findPart } from '../required.ts';
import type { World } from '../world.ts';

const flags =
  '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';

/** @param through a port of this machine that the browser takes for the world's: a link (test/link.ts) */
export function launch(through?: { world: World; port: number }): Promise<Browser> {
  const rule = through && `--host-resolver-rules=MAP ${new URL(through.world.url).host} 127.0.0.1:${through.port}`;
  const args = [...flags.split(' '), ...(rule ? [rule] : [])];
  return chromium.launch({ executablePath: findPart('chromium')!, headless: true, args });
}

/** Somebody at a browser of their own. */
export interface Visitor {
  page: Page;
  context: BrowserContext;
  /** What the browser complained of: page errors, refused content, failed requests while not offline. */
  complaints: string[];
  title(code: string): Locator;
  description(code: string): Locator;
  /** What the plan's status says, as it is now. */
  status(): Promise<string>;
  /** Waits until it says so. */
  says(status: RegExp): Promise<void>;
}

export async function visit(browser: Browser, world: World, path = '/', width = 1100): Promise<Visitor> {
  const context = await browser.newContext({ locale: 'en-GB', viewport: { width, height: 800 } });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    const text = message.text();
    if (message.type() === 'error' && !text.includes('ERR_INTERNET_DISCONNECTED')) complaints.push(text);
  });
  await page.goto(world.url + path);
  return {
    page,
    context,
    complaints,
    title: (code) => page.getByRole('textbox', { name: `Title of activity ${code}`, exact: true }),
    description: (code) => page.getByRole('textbox', { name: `Description, ${code}`, exact: true }),
    status: () => page.locator('[data-status]').innerText(),
    async says(status) {
      const wanted = page.locator('[data-status]').filter({ hasText: status });
      await wanted.waitFor().catch(async (error) => {
        const shown = await page.locator('body').innerText({ timeout: 1_000 });
        throw new Error(`never ${status}, but: ${shown.slice(0, 400)}`, { cause: error });
      });
    },
  };
}

/** Through the start page and the development issuer, as a person does. */
export async function signIn({ page }: Visitor, persona: string): Promise<void> {
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('button', { name: persona, exact: true }).click();
  await page.getByText(persona, { exact: true }).waitFor();
}

/** Signed in, with the joint plan open. */
export async function openPlan(browser: Browser, world: World, persona: string, width?: number): Promise<Visitor> {
  const visitor = await visit(browser, world, '/plans/plan:joint-2027', width);
  await signIn(visitor, persona);
  await visitor.says(/Saved|Up to date/);
  return visitor;
}

/**
 * Composes `text` where the caret is, as a dead key or an input method does: first what it shows meanwhile, then the result.
 * @param between happens in the middle of it
 */
export async function compose(
  { page, context }: Visitor,
  meanwhile: string,
  text: string,
  between: () => void | Promise<void> = () => {},
): Promise<void> {
  const keyboard = await context.newCDPSession(page);
  await keyboard.send('Input.imeSetComposition', {
    text: meanwhile,
    selectionStart: meanwhile.length,
    selectionEnd: meanwhile.length,
  });
  await between();
  await keyboard.send('Input.insertText', { text });
  await keyboard.detach();
}
