import { IsNull, Not } from 'typeorm';
import { ulid } from 'ulid';
import type { Actor } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { once, refuseOrigin } from '../../../kit/once.ts';
import type { Origin } from '../../../kit/subgraph.ts';
import { conflict, forbidden, invalid } from '../../../kit/types.ts';
import { Body } from '../entities/body.ts';
import { bodyEvent } from '../events.ts';
import type { UpsertBodyInput } from '../inputs.ts';
import { mayChangeNetwork } from '../policy.ts';
import { checkCount, checkName, checkTexts } from './check.ts';
import { same } from './networks.ts';
import { findOpenNetwork } from './open-network.ts';

/** Makes a body, or replaces all that the input names of one. @returns its id */
export async function upsertBody(
  tx: Transaction,
  actor: Actor,
  input: UpsertBodyInput,
  origin?: Origin,
): Promise<string> {
  refuseOrigin(actor, origin);
  if (!mayChangeNetwork(actor, input.networkId)) {
    throw forbidden('Only a coordinator or the steering committee of this network changes its bodies.');
  }
  return once(tx, actor, 'upsertBody', input, input.id ?? origin?.id ?? `body:${ulid()}`, async (id) => {
    const wanted = {
      kind: input.kind,
      thematicArea: checkArea(input),
      name: checkName(input.name),
      mandate: input.mandate && input.mandate.length > 0 ? checkTexts(input.mandate, 4_000, 'mandate') : null,
      seatsTotal: checkCount(input.seatsTotal, 1_000, 'seatsTotal'),
      termMonths: checkCount(input.termMonths, 600, 'termMonths'),
    };
    const fields = Object.keys(wanted) as (keyof typeof wanted)[];
    // Held for writing: of two committees made at once the second must meet the first.
    await findOpenNetwork(tx, input.networkId, 'networkId', 'pessimistic_write');
    if (wanted.kind === 'STEERING_COMMITTEE') await refuseSecond(tx, input.networkId, id);
    if (!input.id) {
      await insertBody(tx, { ...wanted, id, networkId: input.networkId }, origin);
      return;
    }
    // The lock makes the second of two changes meet the first one's version.
    const body = await tx.manager.findOne(Body, { where: { id }, lock: { mode: 'pessimistic_write' } });
    if (body?.networkId !== input.networkId) throw invalid('id: this network has no such body.', 'input', 'id');
    if (input.expectedVersion != null && body.version !== input.expectedVersion) {
      throw conflict(`The body is at version ${body.version}.`, body.version);
    }
    if (body.closedOn !== null) throw invalid('id: the body is closed: open it again first.', 'input', 'id');
    const changed = fields.filter((key) => !same(wanted[key], body[key]));
    if (changed.length === 0) return;
    const version = body.version + 1;
    await tx.manager.update(Body, { id }, { ...wanted, version });
    tx.publish(bodyEvent(Object.assign(body, wanted, { version }), changed));
  });
}

async function insertBody(
  tx: Transaction,
  fields: Omit<Body, 'closedOn' | 'closingReason' | 'provenance' | 'sourceUrl' | 'version'>,
  origin: Origin | undefined,
): Promise<void> {
  const body = Object.assign(new Body(), fields, {
    closedOn: null,
    closingReason: null,
    provenance: origin?.provenance ?? 'USER',
    sourceUrl: origin?.sourceUrl ?? null,
    version: 1,
  });
  await tx.manager.insert(Body, body);
  tx.publish(
    bodyEvent(
      body,
      ['kind', 'thematicArea', 'name', 'mandate', 'seatsTotal', 'termMonths'].filter(
        (key) => body[key as keyof Body] != null,
      ),
    ),
  );
}

/** A network has one steering committee at a time. */
export async function refuseSecond({ manager }: Transaction, networkId: string, id: string): Promise<void> {
  const other = await manager.existsBy(Body, {
    networkId,
    kind: 'STEERING_COMMITTEE',
    closedOn: IsNull(),
    id: Not(id),
  });
  if (other) throw invalid('kind: the network has a steering committee already.', 'input', 'kind');
}

/** An expert group is a group on a theme. */
function checkArea({ kind, thematicArea }: UpsertBodyInput) {
  if (kind === 'EXPERT_GROUP' && !thematicArea) {
    throw invalid('thematicArea: an expert group has one.', 'input', 'thematicArea');
  }
  return thematicArea ?? null;
}
