import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { parseSync } from '@swc/core';

export interface Import {
  from: string;
  names: string[];
  typeOnly: boolean;
  lazy: boolean;
}

type Node = { type?: string; [key: string]: unknown };

/** Every import of a source file: static, re-exported, dynamic, `import('x').T` types, and `require`. */
export function readImports(source: string, tsx = false): Import[] {
  const found: Import[] = [];
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) {
      node.forEach(visit);
      return;
    }
    if (!node || typeof node !== 'object') return;
    const item = node as Node;
    const from = (item.source as { value?: string } | null)?.value;
    if (
      item.type === 'ImportDeclaration' ||
      item.type === 'ExportNamedDeclaration' ||
      item.type === 'ExportAllDeclaration'
    ) {
      if (from !== undefined) {
        const specifiers = (item.specifiers ?? []) as { imported?: { value: string }; local?: { value: string } }[];
        const names = specifiers.map((s) => s.imported?.value ?? s.local?.value ?? '*');
        found.push({ from, names, typeOnly: item.typeOnly === true, lazy: false });
      }
    } else if (item.type === 'TsImportType') {
      found.push({ from: (item.argument as { value: string }).value, names: [], typeOnly: true, lazy: false });
    } else if (item.type === 'CallExpression') {
      const callee = item.callee as Node & { value?: string };
      const argument = (item.arguments as { expression: Node & { value?: unknown } }[])[0]?.expression;
      if (callee.type === 'Import' || (callee.type === 'Identifier' && callee.value === 'require')) {
        const target = argument?.type === 'StringLiteral' ? String(argument.value) : '(computed)';
        found.push({ from: target, names: [], typeOnly: false, lazy: true });
      }
    }
    Object.values(item).forEach(visit);
  };
  visit(parseSync(source, { syntax: 'typescript', decorators: true, tsx }).body);
  return found;
}

/** The room a file stands in: `kit`, `gateway`, `subgraphs/members`, … ; files at the top are rooms of their own. */
const roomOf = (file: string): string => {
  const [first = '', second = ''] = file.split('/');
  return first === 'subgraphs' ? `subgraphs/${second}` : first;
};

const mayReach: Record<string, readonly string[]> = {
  'start.ts': ['kit', 'gateway', 'issuer', 'subgraphs/*'],
  gateway: ['kit'],
  kit: [],
  issuer: ['kit'],
  'partner-client': [],
  web: ['schema'],
};
/** What is copied out brings a list of its own of what it needs of npm. */
const packagesOf: Record<string, Set<string>> = {
  'partner-client': new Set(
    Object.keys(
      JSON.parse(readFileSync(new URL('../partner-client/package.json', import.meta.url), 'utf8')).dependencies,
    ),
  ),
};
const free = ['test', 'bench', 'jest.config.js'];

/** Says of one file what its imports, and its reading of the environment, break of the house's rule (ARCHITECTURE.md). */
export function checkFile(file: string, source: string): string[] {
  const room = roomOf(file);
  if (free.includes(room)) return [];
  const allowed = room.startsWith('subgraphs/') ? ['kit'] : mayReach[room];
  if (!allowed) return [`${file}: stands in no room of the house`];
  const wrongs: string[] = [];
  for (const { from, names, typeOnly, lazy } of readImports(source, file.endsWith('x'))) {
    if (from === '(computed)') wrongs.push(`${file}: imports a computed path, which no rule can judge`);
    if (names.includes('createSystemActor') && file !== 'start.ts')
      wrongs.push(`${file}: only start.ts makes the SYSTEM actor`);
    if (!from.startsWith('.')) {
      const packages = packagesOf[room];
      if (packages && !from.startsWith('node:') && !packages.has(from)) {
        wrongs.push(`${file}: ${from} is not in ${room}/package.json`);
      }
      if (from === '@graphql-hive/router-query-planner' && file !== 'gateway/planner.ts') {
        wrongs.push(`${file}: only gateway/planner.ts knows the query planner`);
      }
      continue;
    }
    const target = posix.join(posix.dirname(file), from);
    const other = roomOf(target);
    if (target.startsWith('..')) wrongs.push(`${file}: imports ${target} from outside the house`);
    else if (other === room) continue;
    else if (room.startsWith('subgraphs/') && other.startsWith('subgraphs/')) {
      const event = target === `${other}/events.ts` && typeOnly;
      if (!event) wrongs.push(`${file}: may import only types from ${other}/events.ts, not ${target}`);
    } else if (!allowed.includes(other) && !(other.startsWith('subgraphs/') && allowed.includes('subgraphs/*'))) {
      wrongs.push(`${file}: ${room} may not import ${target}`);
    } else if (room === 'start.ts' && other !== 'kit' && !lazy && !typeOnly) {
      wrongs.push(`${file}: must import ${target} lazily`);
    }
  }
  if (/\bprocess\s*\.\s*env\b|\bprocess\s*\[\s*['"`]env|\benv\b[^;]*from ['"]node:process['"]/.test(source)) {
    if (file !== 'start.ts' && file !== 'issuer/token.ts') wrongs.push(`${file}: only start.ts reads process.env`);
  }
  return wrongs;
}
