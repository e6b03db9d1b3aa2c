import {
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isListType,
  isNonNullType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'graphql';
import { ApiError } from '../../kit/errors.ts';
import type { Parts } from '../execute/conditions.ts';
import { add, type Cost, dearest, share, times, type Variables } from './cost.ts';
import { costOfArgument, isKnown, readValue, type Value, within } from './values.ts';
import type { ListSize, Weights } from './weights.ts';

/** What a list without `@listSize` is taken to hold, and one whose size argument says nothing. */
export const unknownSize = 10;
/** `__schema` or `__type`, whatever is selected below it: how much that can be is limited by the document's size. */
export const introspectionCost = 100;
/** Each field of a mutation's root, besides what it answers. */
export const mutationCost = 10;

type Field = GraphQLField<unknown, unknown>;

/** The lists among a field's children that its own arguments give the size of. */
interface Sizing {
  readonly fields: readonly string[];
  readonly size: Cost;
}

/**
 * What an operation may make the graph do, at most, in units, before anything of it is planned or asked: each object 1, scalars 0,
 * a list as many times its item as it may hold, `@cost` in place of either; of a subscription, what each event costs.
 *
 * Each field is looked at once for each type it may stand on, so the work follows the size of the text with its fragments spread in,
 * which is limited. The document must have passed validation.
 * @throws ApiError BAD_USER_INPUT where `@listSize` wants one size argument and there is none, or several
 */
export function compileCost(schema: GraphQLSchema, weights: Weights, { definition, fragments }: Parts): Cost {
  const defaults: Record<string, unknown> = {};
  for (const { variable, defaultValue } of definition.variableDefinitions ?? []) {
    if (defaultValue) defaults[variable.name.value] = valueFromASTUntyped(defaultValue);
  }
  const known = new Map<FieldNode, Map<string, { each: Cost; whole: Cost }>>();
  const knownSets = new Map<SelectionSetNode, Map<string, Cost>>();

  /** A set on an interface or union is that of the dearest type it may stand on. */
  const ofSet = (set: SelectionSetNode, type: GraphQLCompositeType, sizing: Sizing | undefined): Cost => {
    if (!isAbstractType(type)) return ofObject(set, type, sizing);
    const before = sizing ? undefined : knownSets.get(set)?.get(type.name);
    if (before !== undefined) return before;
    const cost = share(dearest(schema.getPossibleTypes(type).map((one) => ofObject(set, one, sizing))));
    const byType = knownSets.get(set) ?? new Map<string, Cost>();
    if (!sizing) knownSets.set(set, byType.set(type.name, cost));
    return cost;
  };

  const ofObject = (set: SelectionSetNode, type: GraphQLObjectType, sizing: Sizing | undefined): Cost =>
    add(set.selections.map((selection) => ofSelection(selection, type, sizing)));

  const ofSelection = (selection: SelectionNode, type: GraphQLObjectType, sizing: Sizing | undefined): Cost => {
    const included = whetherIncluded(selection);
    if (included === 0) return 0;
    if (selection.kind === Kind.FIELD) return times(included, ofField(selection, type, sizing));
    const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
    if (!fragment || !applies(fragment.typeCondition?.name.value, type)) return 0;
    return times(included, ofObject(fragment.selectionSet, type, sizing));
  };

  const applies = (condition: string | undefined, type: GraphQLObjectType): boolean => {
    if (condition === undefined || condition === type.name) return true;
    const wanted = schema.getType(condition);
    return isAbstractType(wanted) && schema.isSubType(wanted, type);
  };

  /** `@skip` and `@include`: 1, 0, or what the variables say. */
  const whetherIncluded = ({ directives }: SelectionNode): Cost => {
    let included: Cost = 1;
    for (const directive of directives ?? []) {
      const wanted = directive.name.value === 'include';
      const node = directive.arguments?.find(({ name }) => name.value === 'if')?.value;
      if (!node || (!wanted && directive.name.value !== 'skip')) continue;
      const value = readValue(node, defaults);
      const holds = isKnown(value)
        ? Number(value.known === wanted)
        : (variables: Variables) => Number((value(variables) === true) === wanted);
      included = times(included, holds);
    }
    return included;
  };

  const ofField = (node: FieldNode, type: GraphQLObjectType, sizing: Sizing | undefined): Cost => {
    const name = node.name.value;
    if (name.startsWith('__')) return name === '__typename' ? 0 : introspectionCost;
    const field = type.getFields()[name];
    if (!field) return 0; // validation refuses it
    const isSized = sizing?.fields.includes(name) === true;
    const before = known.get(node)?.get(type.name);
    if (before && !isSized) return before.whole;
    const coordinate = `${type.name}.${name}`;
    const own = weights.lists.get(coordinate);
    const args = readArguments(node, field);
    const each = before?.each ?? share(ofItem(node, field, coordinate, own, args));
    const given = field.args.map((arg) => {
      const value = args.get(arg.name);
      return value ? costOfArgument(value, arg.type, weights.costs.get(`${coordinate}(${arg.name}:)`), weights) : 0;
    });
    const root = definition.operation === 'mutation' && type === schema.getMutationType() ? mutationCost : 0;
    const sized = (size: Cost) => add([times(size, each), ...given, root]);
    const byType = known.get(node) ?? new Map<string, { each: Cost; whole: Cost }>();
    const whole = before?.whole ?? share(sized(isList(field.type) ? ownSize(own, args, field, coordinate) : 1));
    known.set(node, byType.set(type.name, { each, whole }));
    return isSized && isList(field.type) ? sized((sizing as Sizing).size) : whole;
  };

  /** One item of a list, or the field's only value, with all below it. */
  const ofItem = (
    node: FieldNode,
    field: Field,
    coordinate: string,
    own: ListSize | undefined,
    args: ReadonlyMap<string, Value>,
  ): Cost => {
    const type = getNamedType(field.type);
    const weight = weights.costs.get(coordinate) ?? weights.costs.get(type.name) ?? (isCompositeType(type) ? 1 : 0);
    if (!isCompositeType(type) || !node.selectionSet) return weight;
    const sizing = own?.sizedFields.length
      ? { fields: own.sizedFields, size: readSize(own, args, field, coordinate) }
      : undefined;
    return add([weight, ofSet(node.selectionSet, type, sizing)]);
  };

  const readArguments = (node: FieldNode, field: Field): Map<string, Value> => {
    const values = new Map<string, Value>();
    for (const { name, defaultValue } of field.args) {
      const given = node.arguments?.find((argument) => argument.name.value === name)?.value;
      const value = given && readValue(given, defaults);
      if (value && isKnown(value)) values.set(name, value);
      else if (value) {
        values.set(name, (variables) => {
          const found = value(variables);
          return found === undefined ? defaultValue : found;
        });
      } else if (defaultValue !== undefined) values.set(name, { known: defaultValue });
    }
    return values;
  };

  return ofSet(definition.selectionSet, schema.getRootType(definition.operation) as GraphQLObjectType, undefined);
}

const isList = (type: GraphQLOutputType): boolean => isListType(isNonNullType(type) ? type.ofType : type);

/** Of a list that nothing around it gives the size of. */
const ownSize = (
  own: ListSize | undefined,
  args: ReadonlyMap<string, Value>,
  field: Field,
  coordinate: string,
): Cost => (own && own.sizedFields.length === 0 ? readSize(own, args, field, coordinate) : unknownSize);

/** The largest of the size arguments given; without one the assumed size, or that of a default, which is what null often comes to. */
function readSize(own: ListSize, args: ReadonlyMap<string, Value>, field: Field, coordinate: string): Cost {
  const given = own.slicingArguments.flatMap((path) => {
    const [name = '', ...rest] = path.split('.');
    const value = args.get(name);
    return value ? [within(value, rest)] : [];
  });
  const sizes = given.filter((value) => !isKnown(value) || (value.known !== null && value.known !== undefined));
  if (own.requireOne && sizes.length !== 1) {
    const names = own.slicingArguments.join(', ');
    throw new ApiError('BAD_USER_INPUT', `${coordinate}: give exactly one of the arguments ${names}.`);
  }
  const defaults = field.args.flatMap(({ name, defaultValue }) =>
    own.slicingArguments.includes(name) && typeof defaultValue === 'number' ? [defaultValue] : [],
  );
  const otherwise = Math.max(own.assumedSize ?? (defaults.length > 0 ? 0 : unknownSize), ...defaults);
  const largest = (values: readonly unknown[]) => {
    let size = -1;
    for (const value of values) if (typeof value === 'number' && value > size) size = value;
    return size < 0 ? otherwise : size;
  };
  if (sizes.every(isKnown)) return largest(sizes.map(({ known }) => known));
  return (variables) => largest(sizes.map((value) => (isKnown(value) ? value.known : value(variables))));
}
