import type { Actor } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { once } from '../../../kit/once.ts';
import { conflict, forbidden, invalid } from '../../../kit/types.ts';
import { requireDecision } from '../decisions.ts';
import { Body, BodyTerm } from '../entities/body.ts';
import type { Network } from '../entities/network.ts';
import { bodyEvent } from '../events.ts';
import type { CloseBodyInput, ReopenBodyInput, SetBodyTermInput } from '../inputs.ts';
import { mayChangeNetwork } from '../policy.ts';
import { refuseSecond } from './bodies.ts';
import { checkNote } from './check.ts';
import { dayOf, endOfTerm } from './dates.ts';
import { findOpenNetwork } from './open-network.ts';

/**
 * One change of a body, once for its `clientMutationId`; says BODY_CHANGED, of which `work` gives the fields. Its network's row is locked before its own.
 * @param work null where there is nothing to change
 * @returns the body's id
 */
async function changeBody(
  tx: Transaction,
  actor: Actor,
  command: string,
  input: { clientMutationId: string; id: string; expectedVersion: number },
  work: (body: Body, network: Network) => Promise<string[] | null>,
): Promise<string> {
  const { manager } = tx;
  const known = await manager.findOneBy(Body, { id: input.id });
  if (!known || !mayChangeNetwork(actor, known.networkId)) {
    throw forbidden('Only a coordinator or the steering committee of its network changes a body.');
  }
  return once(tx, actor, command, input, known.id, async (id) => {
    const network = await findOpenNetwork(tx, known.networkId, 'id', 'pessimistic_write');
    const body = await manager.findOneOrFail(Body, { where: { id }, lock: { mode: 'pessimistic_write' } });
    if (body.version !== input.expectedVersion) throw conflict(`The body is at version ${body.version}.`, body.version);
    const changed = await work(body, network);
    if (changed === null) return;
    body.version += 1;
    const { closedOn, closingReason, version } = body;
    await manager.update(Body, { id }, { closedOn, closingReason, version });
    tx.publish(bodyEvent(body, changed));
  });
}

/** Records a term of office, or corrects one. Terms of one body do not overlap; an election is a decision of the network about the body. */
export async function setBodyTerm(tx: Transaction, actor: Actor, input: SetBodyTermInput): Promise<string> {
  const { manager } = tx;
  return changeBody(tx, actor, 'setBodyTerm', input, async (body) => {
    const { id: bodyId, networkId, termMonths, version } = body;
    if (body.closedOn !== null) throw invalid('id: the body is closed: open it again first.', 'input', 'id');
    const terms = await manager.findBy(BodyTerm, { bodyId });
    const known = input.number == null ? null : terms.find(({ number }) => number === input.number);
    if (known === undefined) throw invalid('number: the body has no such term.', 'input', 'number');
    if (known === null && terms.length >= 100) throw invalid('id: at most 100 terms.', 'input', 'id');
    const { startsOn, decisionId = null } = input;
    const endsOn = input.endsOn ?? (termMonths === null ? null : endOfTerm(startsOn, termMonths));
    for (const [field, day] of Object.entries({ startsOn, endsOn })) {
      if (day !== null && (day < '1900' || day >= '2200'))
        throw invalid(`${field}: from 1900 to 2199.`, 'input', field);
    }
    if (endsOn !== null && endsOn < startsOn) throw invalid('endsOn: it is before the first day.', 'input', 'endsOn');
    const other = terms.find(
      (term) => term !== known && term.startsOn <= (endsOn ?? '9999') && startsOn <= (term.endsOn ?? '9999'),
    );
    if (other) {
      const days = `${other.startsOn} to ${other.endsOn ?? 'an open end'}`;
      throw invalid(`startsOn: it overlaps term ${other.number}, ${days}.`, 'input', 'startsOn');
    }
    if (decisionId !== null && decisionId !== known?.decisionId) {
      const done = terms.find((term) => term.decisionId === decisionId);
      if (done) throw invalid(`decisionId: it has set term ${done.number} already.`, 'input', 'decisionId');
      await requireDecision(manager, { decisionId, networkId, subject: { typename: 'Body', id: bodyId }, version });
    }
    const number = known?.number ?? Math.max(0, ...terms.map((term) => term.number)) + 1;
    const wanted = { startsOn, endsOn, decisionId: decisionId ?? known?.decisionId ?? null };
    if (known && Object.entries(wanted).every(([key, value]) => known[key as keyof typeof wanted] === value))
      return null;
    await manager.upsert(BodyTerm, { bodyId, number, ...wanted }, ['bodyId', 'number']);
    return ['terms'];
  });
}

/** The body works no more from a day on; the term under way ends the day before, one that has not begun is taken out. */
export async function closeBody(
  tx: Transaction,
  actor: Actor,
  input: CloseBodyInput,
  now = new Date(),
): Promise<string> {
  const { manager } = tx;
  return changeBody(tx, actor, 'closeBody', input, async (body, { timeZone }) => {
    if (body.closedOn !== null) throw invalid(`id: the body is closed since ${body.closedOn}.`, 'input', 'id');
    const today = dayOf(now, timeZone);
    const closedOn = input.closedOn ?? today;
    if (closedOn > today) throw invalid('closedOn: that day has not come yet.', 'input', 'closedOn');
    const began = (await manager.findBy(BodyTerm, { bodyId: body.id })).find(
      ({ startsOn }) => startsOn >= closedOn && startsOn <= today,
    );
    if (began) throw invalid(`closedOn: its term ${began.number} began on ${began.startsOn}.`, 'input', 'closedOn');
    Object.assign(body, { closedOn, closingReason: checkNote(input.reason, 1_000, 'reason') });
    tx.audit({
      ...{ actor, action: 'BODY_CLOSED', target: { type: 'Body', id: body.id } },
      networkIds: [body.networkId],
      ...{ detail: closedOn, reason: body.closingReason },
    });
    const [, dropped] = await manager.query('DELETE FROM body_term WHERE body_id = $1 AND starts_on >= $2', [
      body.id,
      closedOn,
    ]);
    const [, ended] = await manager.query(
      'UPDATE body_term SET ends_on = $2::date - 1 WHERE body_id = $1 AND (ends_on IS NULL OR ends_on >= $2::date)',
      [body.id, closedOn],
    );
    return ['status', 'closedOn', 'closingReason', ...(dropped + ended > 0 ? ['terms'] : [])];
  });
}

export async function reopenBody(tx: Transaction, actor: Actor, input: ReopenBodyInput): Promise<string> {
  return changeBody(tx, actor, 'reopenBody', input, async (body) => {
    if (body.closedOn === null) throw invalid('id: the body is not closed.', 'input', 'id');
    if (body.kind === 'STEERING_COMMITTEE') await refuseSecond(tx, body.networkId, body.id);
    Object.assign(body, { closedOn: null, closingReason: null });
    return ['status', 'closedOn', 'closingReason'];
  });
}
