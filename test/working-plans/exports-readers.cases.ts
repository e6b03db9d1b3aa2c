import { beforeAll, describe, expect, test } from '@jest/globals';
import { strFromU8, unzipSync } from 'fflate';
import { createProcessHints } from '../../kit/hints.ts';
import { type ExportFormat, exportFormats, renderPlan } from '../../subgraphs/working-plans/exports/render.ts';
import { readSource } from '../../subgraphs/working-plans/exports/source.ts';
import { mayReadInternals } from '../../subgraphs/working-plans/policy.ts';
import { openPlansAt } from './plans-at.ts';
import {
  actors,
  af,
  am,
  Copy,
  codeOf,
  createPlan,
  type Name,
  nextMutation,
  nextSecond,
  type World,
} from './subgraph.ts';

const typed = 'Sample Persona 4';
const named = {
  ...Object.fromEntries(
    Array.from({ length: 20 }, (_, n) => [`org:s${`${n}`.padStart(2, '0')}`, 'Member organisation']),
  ),
  'net:africa': 'NET4U Africa',
};

/** Everything that a file says, its properties and those of its parts included; the words of a PDF are numbers of its own letters, and are not among it. */
function wordsIn(format: ExportFormat, { name, bytes }: { name: string; bytes: Uint8Array }): string {
  const texts =
    format === 'XLSX' || format === 'DOCX'
      ? Object.entries(unzipSync(bytes)).map(([part, content]) => `${part} ${strFromU8(content)}`)
      : [Buffer.from(bytes).toString(format === 'PDF' ? 'latin1' : 'utf8')];
  return [name, ...texts]
    .join('\n')
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('\r\n ', '')
    .replaceAll('\\', '');
}

/** Who a file is made for reads in it what the graph shows him, under the names that he reads there. */
export function exportReaders(open: () => World): void {
  describe('names in files', () => {
    let planId: string;
    const files = new Map<Name, Map<ExportFormat, string>>();
    const readers = ['africa-rep', 'un-liaison', 'asia-editor', 'observer', 'partner'] as const;

    beforeAll(async () => {
      const { instance, db, database } = open();
      planId = await createPlan(instance, 'both-editor', { copyOf: 'plan:joint-2027', visibility: 'PUBLIC' });
      const copy = await Copy.join(instance, 'both-editor', planId);
      const nodes = [...copy.doc.getMap<ReturnType<Copy['node']>>('nodes')];
      const keysOf = (kind: string) => nodes.flatMap(([key, node]) => (node.get('kind') === kind ? [key] : []));
      const pushed = await copy.push(
        copy.edit(() => {
          const activity = copy.node(keysOf('activity')[0]!);
          activity.set('responsible', typed);
          activity.set('expertGroup', typed);
          activity.set('partners', [typed, 'org:s02']);
          activity.set('countries', [typed, 'UG']);
          for (const key of keysOf('risk')) {
            copy.node(key).set('safetyRelevant', false);
            copy.node(key).set('owner', typed);
          }
        }),
      );
      expect(codeOf(pushed)).toBeUndefined();
      await instance.ask(
        'both-editor',
        'mutation ($input: SetActivityStatusInput!) { setActivityStatus(input: $input) { problems { __typename } } }',
        {
          input: {
            ...{
              clientMutationId: nextMutation(),
              activityId: `${planId}/${keysOf('activity')[0]}`,
              expectedVersion: 1,
            },
            ...{ status: 'IN_PROGRESS', note: `As ${typed} says` },
          },
        },
      );
      await db.query("UPDATE working_plans.plan SET status = 'ADOPTED' WHERE id = $1", [planId]);
      await nextSecond();
      const at = await openPlansAt(database.url, createProcessHints());
      for (const who of readers) {
        const inside = mayReadInternals(actors[who], {
          networkIds: [am, af],
          status: 'ADOPTED',
          visibility: 'PUBLIC',
          expertGroups: {},
        });
        const { source } = (await readSource(at.plans, { planId, locale: 'en', version: null, inside, names: named }))!;
        const made = exportFormats.map(
          async (format) => [format, wordsIn(format, await renderPlan(source, format))] as const,
        );
        files.set(who, new Map(await Promise.all(made)));
      }
      await at.stop();
    });

    test.each(['asia-editor', 'observer', 'partner'] as const)(
      '%s, from outside: of organisations alone, as he reads them',
      (who) => {
        for (const [format, words] of files.get(who)!) {
          expect([format, words.includes(typed), /seat:|persona:|person:/.test(words)]).toEqual([format, false, false]);
          if (format !== 'PDF' && format !== 'JSON')
            expect([format, words.includes('Member organisation')]).toEqual([format, true]);
        }
        expect(files.get(who)!.get('JSON')).toContain('"partners":["org:s02"]');
        expect(files.get(who)!.get('JSON')).toContain('"countries":["UG"]');
      },
    );

    test.each(['africa-rep', 'un-liaison'] as const)(
      '%s, from within: what was typed into the plan; still nobody who did it',
      (who) => {
        for (const [format, words] of files.get(who)!)
          expect([format, /seat:|persona:|person:/.test(words)]).toEqual([format, false]);
        expect(files.get(who)!.get('MARKDOWN')).toContain(`**Responsible party**: ${typed}`);
        expect(files.get(who)!.get('JSON')).toContain(`"owner":"${typed}"`);
      },
    );

    test('the graph shows from outside what the files hold', async () => {
      const { data, errors } = await open().instance.ask(
        'observer',
        `{ workingPlan(id: "${planId}") { objectives { outcomes { activities { responsible { id } partners { id } countries { code } statusNote risks { owner { id } } } } } } }`,
      );
      expect([errors, JSON.stringify(data).includes(typed)]).toEqual([undefined, false]);
    });
  });
}
