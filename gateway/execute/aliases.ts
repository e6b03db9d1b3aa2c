import { type FieldNode, Kind, type VariableNode, visit } from 'graphql';
import type { Parts } from './conditions.ts';
import type { SchemaIndex } from './types.ts';

/** No field's name begins like this, and an alias of a client's that does gets it once more. */
const mark = '_as_';

/**
 * The key under which subgraphs answer a field. A client may call one field by the name of another that is needed for joins (`id: price`),
 * or ask with one argument for what @requires asks with another. The planner (0.0.38) then lets one overwrite the other, or forgets
 * which is which: so it never sees a client's key that could be one of its own.
 */
export function answerKey({ alias, name }: FieldNode, types: SchemaIndex): string {
  if (name.value === '__typename') return name.value; // the planner makes nothing of it under another name
  const key = alias?.value ?? name.value;
  const isTaken =
    key === name.value ? types.isRequiredWithArguments(key) : key.startsWith('_') || types.isFieldName(key);
  return isTaken ? mark + key : key;
}

/** As `answerKey`: the planner has variables of its own for what it asks of entities. */
const variableName = (name: string): string => (/^(_|representations)/.test(name) ? mark + name : name);

/** The client's name of what a subgraph names in the path of an error, or of a variable. */
export const clientKey = <K extends string | number>(key: K): K =>
  typeof key === 'string' && key.startsWith(mark) ? (key.slice(mark.length) as K) : key;

/** The operation with every field under its answer key, and no variable called like one of the planner's. */
export function withAnswerKeys({ definition, fragments }: Parts, types: SchemaIndex): Parts {
  const Field = (node: FieldNode): FieldNode | undefined => {
    const value = answerKey(node, types);
    if (node.alias === undefined && value === node.name.value) return undefined;
    // An alias that says the field's own name must go: on `... on A { x: x } ... on B { x }` the planner takes the process down.
    return { ...node, alias: value === node.name.value ? undefined : { kind: Kind.NAME, value } };
  };
  const Variable = (node: VariableNode): VariableNode | undefined => {
    const value = variableName(node.name.value);
    return node.name.value === value ? undefined : { ...node, name: { kind: Kind.NAME, value } };
  };
  return {
    definition: visit(definition, { Field, Variable }),
    fragments: new Map([...fragments].map(([name, fragment]) => [name, visit(fragment, { Field, Variable })])),
  };
}
