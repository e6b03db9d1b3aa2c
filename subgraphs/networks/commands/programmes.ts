import { ulid } from 'ulid';
import type { Actor } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { isId, once, refuseOrigin } from '../../../kit/once.ts';
import type { Origin } from '../../../kit/subgraph.ts';
import { conflict, forbidden } from '../../../kit/types.ts';
import type { TagProgrammeInput, UpsertProgrammeInput } from '../alliance-inputs.ts';
import { Programme } from '../entities/alliance.ts';
import { checkName, checkTexts } from './check.ts';
import { checkDay, checkId, checkLine, checkPast, checkSource, fault } from './facts.ts';
import { requireLeader } from './keep.ts';
import { same } from './networks.ts';
import { findOpenNetwork } from './open-network.ts';

/** A shipped programme names its networks itself. */
export interface ProgrammeOrigin extends Origin {
  networkIds: string[];
}

/** Records a programme that the network works under, or replaces all of one of its own but who works under it. @returns its id */
export async function upsertProgramme(
  tx: Transaction,
  actor: Actor,
  input: UpsertProgrammeInput,
  origin?: ProgrammeOrigin,
): Promise<string> {
  refuseOrigin(actor, origin);
  if (!origin) requireLeader(actor, input.networkId);
  return once(tx, actor, 'upsertProgramme', input, input.id ?? origin?.id ?? `programme:${ulid()}`, async (id) => {
    if (!origin) await findOpenNetwork(tx, input.networkId, 'networkId');
    const source = checkSource(input.source, 'ADDRESS', origin !== undefined);
    const wanted = {
      shortName: checkLine(input.shortName, 40, 'shortName'),
      name: checkName(input.name),
      descriptions: input.description?.length ? checkTexts(input.description, 4_000, 'description') : null,
      organisationId: checkId(input.organisationId, 'organisationId'),
      startedOn: checkPast(input.startedOn, 'startedOn') ?? null,
      endedOn: checkDay(input.endedOn, 'endedOn') ?? null,
      lastKnownRunningOn: checkPast(input.lastKnownRunningOn, 'lastKnownRunningOn') ?? null,
      sourceUrl: source.url,
      checkedOn: source.checkedOn,
    };
    if (!input.id) {
      const networkIds = origin?.networkIds ?? [input.networkId];
      const provenance = origin?.provenance ?? 'USER';
      await tx.manager.insert(Programme, { ...wanted, id, networkIds, provenance, version: 1 });
      return;
    }
    const programme = await lockProgramme(tx, id);
    if (!programme.networkIds.includes(input.networkId)) {
      throw forbidden('It is changed by the networks that work under it.');
    }
    if (programme.version !== input.expectedVersion) {
      throw conflict(`The programme is at version ${programme.version}.`, programme.version);
    }
    const fields = Object.keys(wanted) as (keyof typeof wanted)[];
    if (fields.every((key) => same(wanted[key], programme[key]))) return;
    await tx.manager.update(Programme, { id }, { ...wanted, version: programme.version + 1 });
  });
}

/** Says that a network works under a programme, or no longer does. @returns the programme's id */
export async function tagProgramme(tx: Transaction, actor: Actor, input: TagProgrammeInput): Promise<string> {
  const { networkId, tagged } = input;
  requireLeader(actor, networkId);
  return once(tx, actor, 'tagProgramme', input, input.programmeId, async (id) => {
    await findOpenNetwork(tx, networkId, 'networkId');
    const { networkIds, version } = await lockProgramme(tx, id);
    if (networkIds.includes(networkId) === tagged) return;
    const wanted = tagged ? [...networkIds, networkId] : networkIds.filter((known) => known !== networkId);
    await tx.manager.update(Programme, { id }, { networkIds: wanted, version: version + 1 });
  });
}

/** The lock makes the second of two changes meet the first one's version. */
async function lockProgramme(tx: Transaction, id: string): Promise<Programme> {
  const lock = { mode: 'pessimistic_write' } as const;
  const programme = isId(id) ? await tx.manager.findOne(Programme, { where: { id }, lock }) : null;
  if (!programme) throw fault('id', 'no such programme.');
  return programme;
}
