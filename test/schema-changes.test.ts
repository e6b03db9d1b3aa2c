import { expect, test } from '@jest/globals';
import { buildSchema } from 'graphql';
import {
  changelogFile,
  clientSchema,
  findUnannounced,
  printRelease,
  read,
  release,
  releasedFile,
} from './schema-changes.ts';

const advice =
  'These would break clients of the last release. Keep the old beside the new with @deprecated; or, if it has to be, say each in the section ' +
  'Unreleased of schema/CHANGELOG.md in these very words, with what clients are to do instead.';

test('nothing that clients of the last release use is gone or changed without the changelog saying so', () => {
  const unannounced = findUnannounced(read(releasedFile), clientSchema(), read(changelogFile));
  if (unannounced.length > 0) throw new Error(`${advice}\n\n- ${unannounced.join('\n- ')}\n`);
  expect(unannounced).toEqual([]);
});

test('a planted breaking change is found, and is none once it is announced', () => {
  const released = 'type Query { plan: String, network(id: ID): String }';
  const now = buildSchema('type Query { network(id: ID!): String, more: Int }');
  const changelog = (said: string) =>
    `# Changes\n\n## Unreleased\n\n${said}\n\n## 0.1.0, 2026-11-22\n\nplan was removed.\n`;
  const found = findUnannounced(released, now, changelog(''));
  expect(found).toEqual(['Query.plan was removed.', 'Query.network arg id has changed type from ID to ID!.']);
  expect(findUnannounced(released, now, changelog(`- ${found[0]} Ask for network.`))).toEqual([found[1]]);
  expect(findUnannounced(released, now, changelog(found.join('\n')))).toEqual([]);
  expect(() => findUnannounced(released, now, '# Changes\n')).toThrow('Unreleased');
});

test('a release takes over what was to come', () => {
  const after = release('# Changes\n\n## Unreleased\n\n- new\n\n## 0.1.0, then\n', '0.2.0', '2026-12-01');
  expect(after).toBe('# Changes\n\n## Unreleased\n\nNothing yet.\n\n## 0.2.0, 2026-12-01\n\n- new\n\n## 0.1.0, then\n');
  expect(() => release('## Unreleased\n', 'next', 'today')).toThrow('1.2.3');
});

test('what is kept of a release is the graph that clients see', () => {
  const kept = read(releasedFile);
  expect(() => buildSchema(kept, { assumeValidSDL: true })).not.toThrow();
  expect(kept).not.toMatch(/resolveActor|"""/);
  expect(printRelease(buildSchema('"of all"\ntype Query { "one" a: Int }'))).toBe('type Query {\n  a: Int\n}\n');
});
