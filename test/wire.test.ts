import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parse, validate } from 'graphql';
import { createPlanner } from '../gateway/planner.ts';
import { errorCodes } from '../kit/errors.ts';
import { FIELDS } from '../subgraphs/working-plans/document/fields.ts';

const read = (file: string) => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
const { schema } = createPlanner(read('schema/supergraph.graphql'));
const operations = ['unified', 'plan-live', 'network-updates'].map((name) => `schema/operations/${name}.graphql`);
const pages = ['schema/co-editing.md', 'schema/feed.md', 'schema/demand.md'];

/** These pages and operations are what clients are written against. When one of these tests breaks, the wire has changed:
 *  keep old clients working, or do not make the change; then bring the page up to date in the same commit. */
describe('the wire that clients are written against', () => {
  test.each(operations)('%s fits the schema', (file) => {
    expect(validate(schema, parse(read(file)))).toEqual([]);
  });

  test.each(pages)('every operation of %s fits the schema', (file) => {
    const blocks = [...read(file).matchAll(/```graphql\n([\s\S]*?)```/g)].map(([, text]) => text as string);
    expect(blocks.length).toBeGreaterThan(0);
    for (const text of blocks) {
      for (const definition of parse(text).definitions) {
        expect(validate(schema, { kind: 'Document' as never, definitions: [definition] })).toEqual([]);
      }
    }
  });

  test('co-editing.md names every kind and field of the plan document, and no other', () => {
    const rows = [...read(pages[0] as string).matchAll(/^\| (\w+) \| (\w+: .*) \|$/gm)];
    const written = Object.fromEntries(
      rows.map(([, kind, fields]) => [
        kind,
        Object.fromEntries((fields as string).split(', ').map((field) => field.split(': '))),
      ]),
    );
    const inCode = Object.fromEntries(
      Object.entries(FIELDS).map(([kind, fields]) => [
        kind,
        Object.fromEntries(Object.entries(fields).filter(([, type]) => type !== 'sql')),
      ]),
    );
    expect(written).toEqual(inCode);
  });

  test('every code that a page names is one of ours', () => {
    for (const file of pages) {
      const rows = [...read(file).matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, code]) => code as string);
      for (const code of rows) expect(Object.keys(errorCodes)).toContain(code);
    }
  });

  test('feed.md names every event that the subgraphs say, and no other', () => {
    const events = ['networks', 'members', 'working-plans', 'discussions'].map((name) => `subgraphs/${name}/events.ts`);
    // whose record is erased, all of them say the same
    const inCode = [...events, 'kit/feed/erase.ts'].flatMap((file) => [...read(file).matchAll(/org\.net4u\.[\w.-]+/g)]);
    const inPage = read('schema/feed.md').matchAll(/org\.net4u\.[\w.-]+/g);
    const names = (found: Iterable<RegExpMatchArray>) => [...new Set([...found].map(([name]) => name))].sort();
    expect(names(inPage)).toEqual(names(inCode));
  });
});
