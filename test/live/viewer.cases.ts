import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { buildSchema, parse } from 'graphql';
import { dependsOnViewer, isOfViewer } from '../../gateway/live/viewer.ts';

const root = new URL('../../subgraphs', import.meta.url).pathname;
const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.includes('migrations'))
  .map((file) => ({ room: file.split('/')[0] as string, file, text: readFileSync(join(root, file), 'utf8') }));

/** What an actor is besides their rights. */
const identity =
  /\b(?:actor|context\.actor)\s*(?:\.|\?\.)\s*(?:seatId|personId|subject)\b|const \{[^}]*\b(?:seatId|personId|subject)\b[^}]*\} = (?:context\.)?actor\b/;

/** Top-level functions of a room, and what each says. */
function functionsOf(room: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const { text } of sources.filter((one) => one.room === room)) {
    // A class begins something else; what its fields say is looked at by itself.
    const starts = [
      ...text.matchAll(
        /^(?:(?:export )?(?:async )?(?:function|const) (\w+)|@\w+\(|(?:export )?(?:abstract )?class )/gm,
      ),
    ];
    starts.forEach((start, i) => {
      const name = start[1];
      if (name === undefined) return;
      found.set(name, (found.get(name) ?? '') + text.slice(start.index, starts[i + 1]?.index ?? text.length));
    });
  }
  return found;
}

/** A method of some object that has the same name is another function. */
const calls = (text: string, name: string): boolean => new RegExp(`(?<![.\\w])${name}\\(`).test(text);

/** Names of functions that read it, themselves or through others. */
function readersOf(room: string): Set<string> {
  const functions = [...functionsOf(room)];
  const reading = new Set(functions.filter(([, text]) => identity.test(text)).map(([name]) => name));
  for (let before = -1; before !== reading.size; ) {
    before = reading.size;
    for (const [name, text] of functions) {
      if ([...reading].some((other) => calls(text, other))) reading.add(name);
    }
  }
  return reading;
}

/** Fields of a room whose answer depends on who asks, as `Type.field`. */
function fieldsOf(room: string): string[] {
  const reading = readersOf(room);
  const fields: string[] = [];
  for (const { text } of sources.filter((one) => one.room === room)) {
    for (const part of text.split(/^(?=@(?:Resolver|ObjectType|Directive)\()/m)) {
      const type =
        /^@Resolver\(\(\) => (\w+)\)/.exec(part)?.[1] ?? /^export (?:abstract )?class (\w+)/m.exec(part)?.[1];
      for (const member of part.split(/^ {2}@(?=(?:FieldResolver|Field|Query|Subscription|Mutation)\()/m).slice(1)) {
        const kind = /^\w+/.exec(member)?.[0] as string;
        const name = /^ {2}(?:async )?(\w+)\(/m.exec(member)?.[1];
        const depends = identity.test(member) || [...reading].some((one) => calls(member, one));
        if (depends && kind !== 'Mutation') fields.push(`${kind.startsWith('Field') ? type : kind}.${name}`);
      }
    }
  }
  return fields;
}

/**
 * What depends on who asks only in that somebody sees his own application before it is decided, or his own name on his seat. In a
 * shared stream these read as they do to others of his rights: never more is shown than to each of them.
 */
const asOthersSeeIt = [
  ...['sourceUrl', 'organisation', 'sponsor', 'sponsorships', 'motivation', 'contentHash', 'statusHistory'].map(
    (name) => `Membership.${name}`,
  ),
  'Membership.invitedUntil',
  ...['stakeholderType', 'country', 'relation', 'relationNetwork', 'sourceUrl', 'shortName', 'thematicTags'].map(
    (name) => `Organisation.${name}`,
  ),
  ...['languages', 'website', 'contactMailbox', 'about', 'staleTranslations', 'memberships'].map(
    (name) => `Organisation.${name}`,
  ),
  'Sponsorship.organisation',
  ...['organisation', 'displayName', 'alias', 'sourceUrl', 'expertise', 'frozen'].map((name) => `Seat.${name}`),
  // no event leads there
  'Query.organisation',
  'DirectoryExport.url',
];

const rooms = ['members', 'networks', 'working-plans', 'discussions'];

describe('fields that depend on who asks', () => {
  test('are those for which no stream is shared, and the few that read as others read them', () => {
    const found = rooms.flatMap(fieldsOf);
    expect(found).toContain('Seat.holder'); // or this would find nothing
    const ofViewer = (coordinate: string) => isOfViewer(...(coordinate.split('.') as [string, string]));
    expect(found.filter((one) => !ofViewer(one)).sort()).toEqual([...asOthersSeeIt].sort());
  });

  test('no subscription decides by them whether it may be opened', () => {
    const roots = rooms.flatMap(fieldsOf).filter((one) => one.startsWith('Subscription.'));
    expect(roots).toEqual([]);
    // what those ask instead that are shared
    for (const [room, asked] of [
      ['members', ['mayFollowMemberships', 'mayHearOf', 'mayShowLive']],
      ['networks', ['mayReadFeed', 'maySeeEvent']],
      ['working-plans', ['mayRead', 'mayOpenDocument']],
    ] as const) {
      for (const one of asked) {
        expect(functionsOf(room).has(one)).toBe(true);
        expect(readersOf(room).has(one)).toBe(false);
      }
    }
  });

  test('are found wherever a selection leads to them: through fragments, interfaces and unions', () => {
    const schema = buildSchema(`
      type Query { a: A } interface Named { name: String unread: Int } union Either = Post | Seat
      type A { seat: Seat either: Either named: Named }
      type Post implements Named { name: String unread: Int unreadable: Int }
      type Seat implements Named { name: String unread: Int holder: Person viewerReacted: Boolean }
      type Person { name: String }`);
    const depends = (query: string) => dependsOnViewer(schema, parse(query));
    expect(depends('{ a { seat { name } named { name } either { ... on Post { name unreadable } } } }')).toBe(false);
    expect(depends('{ a { seat { holder { name } } } }')).toBe(true);
    expect(depends('{ a { seat { x: viewerReacted } } }')).toBe(true);
    expect(depends('{ a { either { ...F } } } fragment F on Seat { holder { __typename } }')).toBe(true);
    expect(depends('{ a { named { unread } } }')).toBe(true);
  });
});
