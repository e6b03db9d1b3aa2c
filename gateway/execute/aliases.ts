import { type FieldNode, Kind, visit } from 'graphql';
import type { Parts } from './conditions.ts';
import type { SchemaIndex } from './types.ts';

/** No field's name begins like this, and an alias of a client's that does gets it once more. */
const mark = '_as_';

/**
 * The key under which subgraphs answer a field. A client may call one field by the name of another that is needed for joins (`id: price`);
 * the planner (0.0.38) then lets one overwrite the other. So it never sees an alias that is the name of a field, or that begins like its own.
 */
export function answerKey({ alias, name }: FieldNode, types: SchemaIndex): string {
  const key = alias?.value ?? name.value;
  return key !== name.value && (key.startsWith('_') || types.isFieldName(key)) ? mark + key : key;
}

/** The client's name of what a subgraph names in the path of an error. */
export const clientKey = <K extends string | number>(key: K): K =>
  typeof key === 'string' && key.startsWith(mark) ? (key.slice(mark.length) as K) : key;

/** The operation with every field under its answer key. */
export function withAnswerKeys({ definition, fragments }: Parts, types: SchemaIndex): Parts {
  const Field = (node: FieldNode): FieldNode | undefined => {
    const value = answerKey(node, types);
    if (node.alias === undefined || node.alias.value === value) return undefined;
    return { ...node, alias: { kind: Kind.NAME, value } };
  };
  return {
    definition: visit(definition, { Field }),
    fragments: new Map([...fragments].map(([name, fragment]) => [name, visit(fragment, { Field })])),
  };
}
