import { type GraphQLInputType, isInputObjectType, isListType, isNonNullType, Kind, type ValueNode } from 'graphql';
import { ApiError } from '../../kit/errors.ts';
import type { Cost, Variables } from './cost.ts';
import type { Weights } from './weights.ts';

/** A value of an operation's text: known from the text, or once the variables are. */
export type Value = { readonly known: unknown } | ((variables: Variables) => unknown);

export const isKnown = (value: Value): value is { readonly known: unknown } => typeof value !== 'function';

/** @param defaults of the operation's variables, by name */
export function readValue(node: ValueNode, defaults: Variables): Value {
  switch (node.kind) {
    case Kind.VARIABLE: {
      const name = node.name.value;
      const fallback = own(defaults, name);
      return (variables) => own(variables, name) ?? (Object.hasOwn(variables, name) ? null : fallback);
    }
    case Kind.INT:
    case Kind.FLOAT:
      return { known: Number(node.value) };
    case Kind.NULL:
      return { known: null };
    case Kind.LIST:
      return gather(
        node.values.map((item, index) => [String(index), readValue(item, defaults)]),
        true,
      );
    case Kind.OBJECT:
      return gather(
        node.fields.map(({ name, value }) => [name.value, readValue(value, defaults)]),
        false,
      );
    default:
      return { known: node.value };
  }
}

/** Clients choose the names: `toString` and `constructor` are variables like any other. */
const own = (values: Variables, name: string): unknown => (Object.hasOwn(values, name) ? values[name] : undefined);

function gather(parts: [string, Value][], isList: boolean): Value {
  const make = (read: (value: Value) => unknown) =>
    isList
      ? parts.map(([, value]) => read(value))
      : Object.fromEntries(parts.map(([key, value]) => [key, read(value)]));
  if (parts.every(([, value]) => isKnown(value)))
    return { known: make((value) => (value as { known: unknown }).known) };
  return (variables) => make((value) => (isKnown(value) ? value.known : value(variables)));
}

/** The value at `path` within a value: `page.first` names a field of an input object. */
export function within(value: Value, path: readonly string[]): Value {
  if (path.length === 0) return value;
  const find = (from: unknown) =>
    path.reduce<unknown>((found, key) => (isRecord(found) && Object.hasOwn(found, key) ? found[key] : undefined), from);
  return isKnown(value) ? { known: find(value.known) } : (variables) => find(value(variables));
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const deepest = 60; // input objects within input objects

/**
 * What an argument's value costs: `@cost` of the argument, of its type and of the fields of input objects; without one, 1 for
 * each input object.
 * @param weight `@cost` of the argument itself
 */
export function costOfArgument(
  value: Value,
  type: GraphQLInputType,
  weight: number | undefined,
  weights: Weights,
): Cost {
  if (!canCost(type, weight, weights)) return 0;
  if (isKnown(value)) return weigh(value.known, type, weight, weights, 0);
  return (variables) => weigh(value(variables), type, weight, weights, 0);
}

function canCost(type: GraphQLInputType, weight: number | undefined, { costs }: Weights): boolean {
  const inner = unwrap(type);
  return weight !== undefined || isInputObjectType(inner) || costs.has(inner.name);
}

function unwrap(type: GraphQLInputType) {
  let inner = type;
  while (isNonNullType(inner) || isListType(inner)) inner = inner.ofType;
  return inner;
}

function weigh(
  value: unknown,
  wrapped: GraphQLInputType,
  weight: number | undefined,
  weights: Weights,
  depth: number,
): number {
  if (value === undefined || value === null) return 0;
  const type = isNonNullType(wrapped) ? wrapped.ofType : wrapped;
  if (isListType(type)) {
    const items = Array.isArray(value) ? value : [value];
    return items.reduce<number>((sum, item) => sum + weigh(item, type.ofType, undefined, weights, depth), weight ?? 0);
  }
  const own = weight ?? weights.costs.get(type.name);
  if (!isInputObjectType(type)) return own ?? 0;
  if (depth > deepest)
    throw new ApiError('BAD_USER_INPUT', `An input has more than ${deepest} objects within objects.`);
  let sum = own ?? 1;
  if (!isRecord(value)) return sum; // refused when it is coerced
  for (const [name, field] of Object.entries(type.getFields())) {
    const fieldWeight = weights.costs.get(`${type.name}.${name}`);
    if (Object.hasOwn(value, name) && canCost(field.type, fieldWeight, weights)) {
      sum += weigh(value[name], field.type, fieldWeight, weights, depth + 1);
    }
  }
  return sum;
}
