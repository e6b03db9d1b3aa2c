import type { IncomingMessage } from 'node:http';
import { namesDocument } from '../demand/persisted.ts';
import type { Request as Operation } from '../operations.ts';
import type { Exchange } from './exchange.ts';

/** The operation, read as Apollo Server reads it; undefined where Apollo Server would refuse to. */
export function readOperation(request: IncomingMessage, body: unknown): Operation | undefined {
  const { query, operationName, variables, extensions, documentId } =
    request.method === 'GET' ? readSearch(searchOf(request)) : readMembers(body);
  if (operationName !== undefined && operationName !== null && typeof operationName !== 'string') return undefined;
  if (!isMissing(variables) && !isMap(variables)) return undefined;
  if (!isMissing(extensions) && !isMap(extensions)) return undefined;
  if (typeof query === 'string' && query !== '') return { query, operationName, variables, extensions, documentId };
  const isMissingText = isMissing(query) || query === '';
  return isMissingText && namesDocument({ extensions, documentId })
    ? { operationName, variables, extensions, documentId }
    : undefined;
}

/** What Apollo Server is to read: the whole document where the client sent its hash, which only we know. */
export function spellOut({ request, body, operation, context: { prepared } }: Exchange): {
  body: unknown;
  search: string;
} {
  const search = searchOf(request);
  if (!prepared || !operation || !namesDocument(operation)) return { body, search };
  const { operationName, variables } = operation;
  const query = prepared.document.loc?.source.body ?? '';
  if (request.method !== 'GET') {
    return { body: { query, variables: variables ?? {}, ...(operationName && { operationName }) }, search };
  }
  const whole = new URLSearchParams({ query });
  if (operationName) whole.set('operationName', operationName);
  if (variables) whole.set('variables', JSON.stringify(variables));
  return { body, search: `?${whole}` };
}

const isMissing = (value: unknown): value is null | undefined => value === undefined || value === null;
const isMap = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && !Array.isArray(value);
const readMembers = (body: unknown) => (isMissing(body) ? {} : body) as Record<string, unknown>;

/** From the question mark on; '' if there is none. */
export function searchOf({ url = '' }: IncomingMessage): string {
  const at = url.indexOf('?');
  return at < 0 ? '' : url.slice(at);
}

/** Both must see the same query as Apollo Server: a parameter counts when it is there once, behind however many others. */
function readSearch(text: string): Record<string, unknown> {
  const search = new URLSearchParams(text);
  const once = (name: string) => (search.getAll(name).length === 1 ? search.get(name) : undefined);
  const json = (name: string) => {
    const value = once(name);
    try {
      return typeof value === 'string' ? JSON.parse(value) : undefined;
    } catch {
      return name; // a text where a map belongs
    }
  };
  return {
    query: once('query'),
    operationName: once('operationName'),
    variables: json('variables'),
    extensions: json('extensions'),
    documentId: once('documentId'),
  };
}
