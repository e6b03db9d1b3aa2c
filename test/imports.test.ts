import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { checkFile, readImports } from './imports.ts';

const sources = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '*.ts', '*.tsx'], { encoding: 'utf8' })
  .split('\n')
  .filter(Boolean);

describe('who may import whom', () => {
  test('every source file keeps the rule', () => {
    expect(sources.length).toBeGreaterThan(40);
    expect(sources.flatMap((file) => checkFile(file, readFileSync(file, 'utf8')))).toEqual([]);
  });

  test.each([
    ['gateway/a.ts', "import { x } from '../subgraphs/members/policy.ts';"],
    ['gateway/a.ts', "export * from '../issuer/issuer.ts';"],
    ['gateway/execute/a.ts', "const x = await import('../../subgraphs/members/server.ts');"],
    ['gateway/server.ts', "import { QueryPlanner } from '@graphql-hive/router-query-planner';"],
    ['kit/a.ts', "import type { X } from '../gateway/server.ts';"],
    ['kit/feed/a.ts', "type X = import('../../subgraphs/networks/events.ts').X;"],
    ['subgraphs/members/a.ts', "import { y } from '../networks/events.ts';"],
    ['subgraphs/members/a.ts', "import type { y } from '../networks/entities.ts';"],
    ['subgraphs/members/migrations/a.ts', "import type { y } from '../../networks/policy.ts';"],
    ['subgraphs/members/a.ts', "const { y } = require('../networks/policy.ts');"],
    ['subgraphs/members/a.ts', "import { start } from '../../start.ts';"],
    ['subgraphs/members/a.ts', "import { createSystemActor } from '../../kit/context.ts';"],
    ['issuer/a.ts', "import '../gateway/server.ts';"],
    ['web/a.tsx', "import { x } from '../kit/errors.ts'; export const y = <p>{x}</p>;"],
    ['partner-client/a.ts', "import { x } from '../kit/errors.ts';"],
    ['partner-client/examples/a.ts', "import type { x } from '../../gateway/server.ts';"],
    ['partner-client/a.ts', "import { ulid } from 'ulid';"],
    ['start.ts', "import { start } from './gateway/server.ts';"],
    ['start.ts', 'const name = process.argv[2]; await import(name);'],
    ['kit/a.ts', "import x from '../../elsewhere/x.ts';"],
    ['kit/a.ts', 'const x = process.env.PORT;'],
    ['gateway/a.ts', "import { env } from 'node:process';"],
    ['utils/a.ts', 'export const x = 1;'],
  ])('a planted violation in %s is found: %s', (file, source) => {
    expect(checkFile(file, source)).toHaveLength(1);
  });

  test.each([
    ['subgraphs/members/a.ts', "import type { y } from '../networks/events.ts';"],
    ['start.ts', "const { start } = await import('./gateway/server.ts');"],
    ['gateway/a.ts', "import { x } from '../kit/errors.ts'; import { y } from './execute/y.ts';"],
    ['web/a.tsx', "import sdl from '../schema/supergraph.graphql?raw'; export const y = <p>{sdl}</p>;"],
    ['partner-client/examples/a.ts', "import pg from 'pg'; import { x } from '../index.ts'; import 'node:fs';"],
    ['test/a.ts', "import { x } from '../subgraphs/members/policy.ts';"],
  ])('an honest import in %s passes: %s', (file, source) => {
    expect(checkFile(file, source)).toEqual([]);
  });

  test('no form of import is overlooked', () => {
    const forms =
      "import a from './a'; import './b'; export { c } from './c'; export * from './d'; import('./e'); type F = import('./f').F;";
    expect(readImports(forms).map(({ from }) => from)).toEqual(['./a', './b', './c', './d', './e', './f']);
  });
});

test('no file is over 400 lines, and the median is at most 120', () => {
  const lengths = sources.map((file) => ({ file, lines: readFileSync(file, 'utf8').split('\n').length - 1 }));
  expect(lengths.filter(({ lines }) => lines > 400)).toEqual([]);
  const sorted = lengths.map(({ lines }) => lines).sort((a, b) => a - b);
  expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThanOrEqual(120);
});
