import { readFileSync } from 'node:fs';
import { buildSchema, findBreakingChanges, type GraphQLSchema, lexicographicSortSchema, printSchema } from 'graphql';
import { createPlanner } from '../gateway/planner.ts';
import { printSchemas } from './schemas.ts';

const schemaFolder = new URL('../schema/', import.meta.url);
export const releasedFile = new URL('released/graph.graphql', schemaFolder);
export const changelogFile = new URL('CHANGELOG.md', schemaFolder);
const next = '## Unreleased\n';

/** The graph as clients see it, from the code as it stands. */
export const clientSchema = (): GraphQLSchema => createPlanner(printSchemas()['supergraph.graphql']!).schema;

/** As it is kept of a release: without descriptions, which break nobody. */
export function printRelease(schema: GraphQLSchema): string {
  const text = printSchema(lexicographicSortSchema(schema));
  return `${text.replace(/^ *"""(?:[^"]|"(?!""))*"""\n/gm, '').replace(/\n\n(?= )/g, '\n')}\n`;
}

/**
 * What would break a client of the last release and is not said in the changelog's section of what comes next.
 * @returns each as graphql-js words it
 */
export function findUnannounced(released: string, now: GraphQLSchema, changelog: string): string[] {
  const announced = sectionOf(changelog);
  const changes = findBreakingChanges(buildSchema(released, { assumeValidSDL: true }), now);
  return changes.map(({ description }) => description).filter((description) => !announced.includes(description));
}

function sectionOf(changelog: string): string {
  const start = changelog.indexOf(next);
  if (start < 0) throw new Error(`schema/CHANGELOG.md has no section "${next.trim()}"`);
  const rest = changelog.slice(start + next.length);
  const end = rest.search(/^## /m);
  return end < 0 ? rest : rest.slice(0, end);
}

/** The changelog with what was to come under the release's name, and an empty section above it. */
export function release(changelog: string, version: string, date: string): string {
  if (!/^\d+\.\d+\.\d+$/.test(version)) throw new Error(`${version}: a release is named as 1.2.3`);
  sectionOf(changelog);
  return changelog.replace(next, `${next}\nNothing yet.\n\n## ${version}, ${date}\n`);
}

export const read = (file: URL): string => readFileSync(file, 'utf8');
