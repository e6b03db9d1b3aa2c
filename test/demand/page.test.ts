import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parse, validate } from 'graphql';
import type { Browser } from 'playwright-core';
import { defaultBudgets } from '../../gateway/demand/budgets.ts';
import { evaluate } from '../../gateway/demand/cost.ts';
import { readManifests } from '../../gateway/demand/manifests.ts';
import { sha256 } from '../../gateway/demand/persisted.ts';
import { createDocumentReader } from '../../gateway/limits.ts';
import { buildPage } from '../../gateway/page.ts';
import { createGraph } from '../../gateway/supergraph/graph.ts';
import { describeWith } from '../required.ts';
import { launch, openPlan, signIn, visit } from '../web/browser.ts';
import { startWorldApart, type World } from '../world.ts';

const root = new URL('../../', import.meta.url).pathname;

test("the build knows every operation in the page's sources; each fits the schema, the limits and a seat's budget", async () => {
  const manifest = await readManifests(await buildPage(join(root, 'web')), undefined);
  const folders = ['web/src', 'web/co-editing'].map((folder) => join(root, folder));
  const found = await Promise.all(folders.map((folder) => readdir(folder, { recursive: true, withFileTypes: true })));
  const files = found.flat().filter(({ name }) => /\.tsx?$/.test(name));
  const sources = await Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name), 'utf8')));
  const written = sources.flatMap((text) => [...text.matchAll(/[`'"]\s*((?:query|mutation|subscription) \w+)/g)]);
  const named = [...manifest.values()].map((text) => /^\s*(\w+ \w+)/.exec(text)?.[1]);
  expect(named.sort()).toEqual(written.map(([, name]) => name).sort());
  const { schema, costs } = createGraph(await readFile(join(root, 'schema/supergraph.graphql'), 'utf8'));
  for (const [hash, text] of manifest) {
    expect(hash).toBe(sha256(text));
    expect(validate(schema, parse(text))).toEqual([]);
    const seat = { kind: 'SEAT' as const, subject: 'ana', networks: [], roles: [], rightsVersion: 1 };
    const cost = evaluate(costs.of(createDocumentReader()(text, seat), undefined), {});
    expect(cost).toBeLessThanOrEqual(defaultBudgets.seat);
  }
});

describeWith('chromium', 'the page, where only registered operations are run', () => {
  let world: World;
  let browser: Browser;
  beforeAll(async () => {
    world = await startWorldApart({ OPERATIONS: 'persisted' }, true);
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
    await world?.stop();
  });

  test('works with hashes alone, over HTTP and WebSocket', async () => {
    const visitor = await openPlan(browser, world, 'Americas editor');
    const sent: string[] = [];
    visitor.page.on('request', (request) => {
      if (request.url().endsWith('/graphql')) sent.push(request.postData() ?? '');
    });
    visitor.page.on('websocket', (socket) => {
      socket.on('framesent', ({ payload }) => {
        if (String(payload).includes('"subscribe"')) sent.push(String(payload));
      });
    });
    await visitor.page.reload();
    await visitor.says(/^Saved$/);
    await visitor.title('1.1.1').press('End');
    await visitor.page.keyboard.type('!');
    await visitor.says(/^Saved$/);
    expect(sent.filter((body) => body.includes('sha256Hash')).length).toBeGreaterThanOrEqual(4);
    expect(sent.filter((body) => body.includes('"subscribe"')).length).toBeGreaterThanOrEqual(1);
    expect(sent.filter((body) => /(query|mutation|subscription) \w+\(/.test(body))).toEqual([]);
    expect(visitor.complaints).toEqual([]);
    await visitor.context.close();
  });

  test('sends the text to a gateway that asks for it', async () => {
    const visitor = await visit(browser, world);
    let asked = 0;
    await visitor.page.route('**/graphql', (route) => {
      if (route.request().postDataJSON()?.query) return route.continue();
      asked += 1;
      const extensions = { code: 'PERSISTED_QUERY_NOT_FOUND' };
      return route.fulfill({ json: { errors: [{ message: 'PersistedQueryNotFound', extensions }] } });
    });
    await signIn(visitor, 'Americas editor');
    await visitor.page.getByRole('article', { name: 'NET4U Africa' }).waitFor();
    expect(asked).toBeGreaterThanOrEqual(1);
    expect(visitor.complaints).toEqual([]);
    await visitor.context.close();
  });

  test('nothing else is run, and the list of operations is not served', async () => {
    const member = await world.people.as('americas-editor');
    const codeOf = async (query: string) => (await member.ask(query)).errors?.[0]?.extensions.code;
    expect(await codeOf('{ networks { slug } }')).toBe('OPERATION_NOT_PERSISTED');
    expect(await codeOf('{ __schema { types { name } } }')).toBe('OPERATION_NOT_PERSISTED');
    for (const path of ['/.operations.json', '/.operations.json.br', '/%2eoperations.json']) {
      expect(await (await fetch(world.url + path)).text()).not.toContain('PushPlanEdits');
    }
  });
});
