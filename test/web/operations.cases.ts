import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { parse, validate } from 'graphql';
import { defaultBudgets } from '../../gateway/demand/budgets.ts';
import { evaluate } from '../../gateway/demand/cost.ts';
import { createGraph } from '../../gateway/supergraph/graph.ts';

/** Every operation in the sources of the page, as its build finds them (web/vite.config.ts). */
function readOperations(): string[] {
  return ['src', 'co-editing'].flatMap((folder) => {
    const root = new URL(`../../web/${folder}/`, import.meta.url);
    return readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.tsx?$/.test(file))
      .flatMap((file) => [...readFileSync(new URL(file, root), 'utf8').matchAll(/`([^`]*)`/g)].map(([, text]) => text!))
      .filter((text) => /^\s*(query|mutation|subscription)\s[^{]*\{/.test(text));
  });
}

test('what the page asks is valid, named once, and within a seat’s budget at its longest pages', () => {
  const supergraph = readFileSync(new URL('../../schema/supergraph.graphql', import.meta.url), 'utf8');
  const { schema, costs } = createGraph(supergraph);
  const names: string[] = [];
  for (const text of readOperations()) {
    const document = parse(text);
    expect({ text, errors: validate(schema, document).map(String) }).toEqual({ text, errors: [] });
    const cost = evaluate(costs.of(document, undefined), { first: 100 });
    expect(cost).toBeGreaterThan(0);
    expect(cost).toBeLessThanOrEqual(defaultBudgets.seat / 2);
    names.push(/(\w+)\s*\(/.exec(text)?.[1] ?? text);
  }
  expect(names).toEqual(expect.arrayContaining(['Networks', 'OpenPlan', 'PlanLife', 'PlanDifference', 'AdoptPlan']));
  expect(new Set(names).size).toBe(names.length);
});
