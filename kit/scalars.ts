import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';
import { GraphQLDateTimeISO, GraphQLJSON, GraphQLLocalDate } from 'graphql-scalars';

const textScalar = (name: string, description: string, pattern: RegExp, max: number) => {
  const parse = (value: unknown): string => {
    if (typeof value !== 'string' || value.length > max || !pattern.test(value)) {
      throw new GraphQLError(`${name}: ${description}`, { extensions: { code: 'BAD_USER_INPUT' } });
    }
    return value;
  };
  return new GraphQLScalarType<string, string>({
    name,
    description,
    parseValue: parse,
    parseLiteral: (node) => parse(node.kind === Kind.STRING ? node.value : undefined),
    serialize: (value) => String(value),
  });
};

const renamed = (name: string, scalar: GraphQLScalarType) =>
  new GraphQLScalarType({ ...scalar.toConfig(), name, extensions: {} });

/** An instant, RFC 3339 with Z. */
export const DateTime = renamed('DateTime', GraphQLDateTimeISO);
/** A day without a time: 2027-01-15. */
export const DateOnly = renamed('Date', GraphQLLocalDate);
export const Json = renamed('JSON', GraphQLJSON);
export const PartialDate = textScalar(
  'PartialDate',
  'A date as precise as its source: 2022, 2023-06 or 2023-06-15.',
  /^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$/,
  10,
);
export const CountryCode = textScalar(
  'CountryCode',
  'ISO 3166-1 alpha-2 in capitals; ZZ for sample records of no country.',
  /^[A-Z]{2}$/,
  2,
);
export const LocaleTag = textScalar(
  'LocaleTag',
  'A BCP 47 language tag: en, es, pt-BR.',
  /^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/,
  35,
);
export const Cursor = textScalar(
  'Cursor',
  'Opaque; only to be sent back as it was received.',
  /^[A-Za-z0-9_-]*$/,
  8_192,
);
/** At most 256 KiB of text: a request body cannot be larger. */
export const Base64 = textScalar('Base64', 'Bytes in standard base64 with padding.', /^[A-Za-z0-9+/]*={0,2}$/, 262_144);
export const StateVector = textScalar(
  'StateVector',
  'A Yjs state vector in base64.',
  /^[A-Za-z0-9+/]*={0,2}$/,
  262_144,
);
export const Money = textScalar('Money', 'A decimal amount without currency: 2400.00.', /^-?\d{1,15}(\.\d{1,4})?$/, 21);
