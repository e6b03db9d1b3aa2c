import { text } from 'node:stream/consumers';
import { type DefinitionNode, Kind, parse, specifiedDirectives } from 'graphql';
import { validateSDL } from 'graphql/validation/validate.js';
import type { Standing } from '../planner.ts';
import { parseSdl } from './compose.ts';
import { checkAddresses, createGraph, type Graph } from './graph.ts';
import { probes } from './probes.ts';
import { composeDraft } from './source.ts';
import type { TrialLine, TrialRequest } from './trial.ts';

/** The program that trial.ts runs. Each line is written before what it tells of, so that the last one is true of an abrupt end. */
const say = (line: TrialLine) => void process.stdout.write(`${JSON.stringify(line)}\n`);

function tryOut({ draft, addresses, operations = {} }: TrialRequest): TrialLine {
  say({ doing: 'composing' });
  const sdl = composeDraft(draft);
  say({ doing: 'reading' });
  checkDefinitions(sdl);
  const graph = createGraph(sdl);
  checkAddresses(graph.planner, addresses);
  const broken: string[] = [];
  for (const { name, least, most } of probes(graph.schema)) {
    say({ doing: `planning ${name}` });
    const why = reasonAgainst(graph, most);
    if (why === undefined) continue;
    // that a part of what it offers is out of reach clients are told, when they ask for it
    if (reasonAgainst(graph, least)) throw new Error(`${name} cannot be planned: ${why}`);
    broken.push(`${name}, with all it offers: ${why}`);
  }
  say({ doing: 'planning what is deferred' });
  graph.planner.plan('{ ... @defer { __typename } }').deferredFor({});
  for (const [file, document] of Object.entries(operations)) broken.push(...findBroken(graph, file, document));
  return { sdl, broken };
}

/** graphql-js's own rules: the planner reads past much that is wrong, up to keys that are numbers and types defined twice. */
function checkDefinitions(sdl: string): void {
  const document = parseSdl(sdl, 'The supergraph');
  if (!document.definitions.some((node) => 'name' in node && node.name?.value === 'join__Graph')) return; // the reader says so
  const known = new Set(specifiedDirectives.map(({ name }) => name));
  const isOurs = (node: DefinitionNode) => node.kind !== Kind.DIRECTIVE_DEFINITION || !known.has(node.name.value);
  const [error] = validateSDL({ ...document, definitions: document.definitions.filter(isOurs) });
  if (error) throw new Error(`The supergraph is not valid: ${error.message}`);
}

function findBroken(graph: Graph, file: string, text: string): string[] {
  const { definitions } = parse(text);
  return definitions.flatMap((definition) => {
    if (definition.kind !== Kind.OPERATION_DEFINITION) return [];
    const name = definition.name?.value;
    say({ doing: `planning ${name} of ${file}` });
    const why = reasonAgainst(graph, text, name);
    return why === undefined ? [] : [`${name} of ${file}: ${why}`];
  });
}

/** May read all that is guarded, so that all of it is tried. */
const standing: Standing = { holds: () => true, isActive: () => false, share: 0 };

/** Why this operation cannot be run; undefined if it can. */
function reasonAgainst(graph: Graph, text: string, operationName?: string): string | undefined {
  try {
    graph.planner.plan(text, operationName, { standing });
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

try {
  say(tryOut(JSON.parse(await text(process.stdin))));
} catch (error) {
  say({ refused: (error as Error).message });
}
