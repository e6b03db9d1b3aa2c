import { readFileSync } from 'node:fs';
import { type GraphQLSchema, parse, separateOperations, TypeInfo, visit, visitWithTypeInfo } from 'graphql';
import { createPlanner } from '../../gateway/planner.ts';
import type { Answer } from '../people.ts';

const supergraph = new URL('../../schema/supergraph.graphql', import.meta.url);

/** The graph that clients see, as it is printed. */
export const readGraph = (): GraphQLSchema => createPlanner(readFileSync(supergraph, 'utf8')).schema;

/** The fields that one operation of a document asks for, as `Type.field`. @param name needed where the document has several */
export function fieldsOf(schema: GraphQLSchema, text: string, name?: string): string[] {
  const operations = separateOperations(parse(text));
  const operation = operations[name ?? Object.keys(operations)[0] ?? ''];
  if (!operation) throw new Error(`there is no operation ${name} in: ${text}`);
  const info = new TypeInfo(schema);
  const fields: string[] = [];
  visit(
    operation,
    visitWithTypeInfo(info, {
      Field: () => void fields.push(`${info.getParentType()?.name}.${info.getFieldDef()?.name}`),
    }),
  );
  return fields;
}

/** The fields that a suite was answered: without an error, and what was to be changed, without a problem. */
export class Ran {
  readonly fields = new Set<string>();
  constructor(readonly schema: GraphQLSchema = readGraph()) {}

  add({ data, errors }: Answer, text: string, name?: string): void {
    const roots: { problems?: unknown[] }[] = Object.values(data ?? {});
    if (errors || roots.some((root) => (root?.problems?.length ?? 0) > 0)) return;
    for (const field of fieldsOf(this.schema, text, name)) this.fields.add(field);
  }
}

/**
 * Operations of schema/domain.md that no example shows, as they take several people: run by the journeys, which end with the proof that they have run these;
 * test/examples.test.ts counts them as run.
 */
export const ranByJourneys = [
  'Mutation.agreeToMeeting',
  'Mutation.circulateStatement',
  'Mutation.draftStatement',
  'Mutation.setObjectiveNetworks',
];
