import { createHash } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import type { Actor } from './context.ts';
import type { Transaction } from './database/open.ts';
import { ApiError } from './errors.ts';
import type { Origin } from './subgraph.ts';
import { forbidden, invalid } from './types.ts';

/** Ids that travel: 1 to 200 characters of printable ASCII, without spaces. */
export const isId = (text: string): boolean => /^[\x21-\x7e]{1,200}$/.test(text);

/** @throws ApiError FORBIDDEN when anyone but SYSTEM sets a record's id, provenance or past date */
export function refuseOrigin(actor: Actor, origin: Origin | undefined): void {
  if (origin && actor.kind !== 'SYSTEM') {
    throw new ApiError('FORBIDDEN', 'Only the loader of the shipped records sets ids, provenance and past dates.');
  }
}

/** @throws Problem ForbiddenError for someone without a seat */
export function requireSeat(actor: Actor): string {
  if (!actor.seatId) throw forbidden('This needs a seat.');
  return actor.seatId;
}

/** The table of claims; each subgraph has it in its own schema. By the result, what was made is found when it is to be forgotten. */
export const claimsTable = `
  CREATE TABLE IF NOT EXISTS mutation (
    actor text NOT NULL,
    client_mutation_id text NOT NULL,
    input_hash text NOT NULL,
    result_id text NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (actor, client_mutation_id)
  );
  CREATE INDEX IF NOT EXISTS mutation_by_result ON mutation (result_id)`;

/** In place of the hash of an input from which a text that is to be forgotten could be guessed: then any input counts as that of the first time. */
export const forgotten = '';

/** Equal for equal inputs, whatever the order of their fields; what is null counts as left out. */
function hashOf(command: string, input: object): string {
  const sorted = (_key: string, value: unknown) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(
          Object.entries(value)
            .filter(([, field]) => field !== null && field !== undefined)
            .sort(([a], [b]) => (a < b ? -1 : 1)),
        )
      : value;
  return createHash('sha256')
    .update(`${command} ${JSON.stringify(input, sorted)}`)
    .digest('hex');
}

/** @throws Problem ValidationError unless it is a `clientMutationId` that can be kept */
function checkId(clientMutationId: string): void {
  if (isId(clientMutationId)) return;
  throw invalid('clientMutationId: 1 to 200 characters of ASCII, without spaces.', 'input', 'clientMutationId');
}

/**
 * What an actor's `clientMutationId` was used for before, without claiming it: for work that has its own proof of being done.
 * @returns the id the work was given; undefined when it is unused
 * @throws Problem ValidationError when it was used with other input
 */
export async function findClaim(
  manager: EntityManager,
  actor: Actor,
  command: string,
  input: { clientMutationId: string },
): Promise<string | undefined> {
  const { clientMutationId } = input;
  checkId(clientMutationId);
  const [known] = await manager.query(
    'SELECT result_id, input_hash FROM mutation WHERE actor = $1 AND client_mutation_id = $2',
    [actor.seatId ?? actor.subject, clientMutationId],
  );
  if (known && known.input_hash !== forgotten && known.input_hash !== hashOf(command, input)) {
    throw invalid('clientMutationId: it was used before, with other input.', 'input', 'clientMutationId');
  }
  return known?.result_id;
}

/**
 * Claims an actor's `clientMutationId`. In a transaction the claim goes with its work: an equal call that runs at the same
 * time waits on the row, then finds it committed, or gone if the first was refused.
 * @returns the id the work was given, `newId` or that of the first time, and whether this is the first time
 * @throws Problem ValidationError when it was used with other input
 */
export async function claim(
  manager: EntityManager,
  actor: Actor,
  command: string,
  input: { clientMutationId: string },
  newId: string,
): Promise<{ id: string; first: boolean }> {
  const { clientMutationId } = input;
  checkId(clientMutationId);
  const claimed: unknown[] = await manager.query(
    `INSERT INTO mutation (actor, client_mutation_id, result_id, input_hash) VALUES ($1, $2, $3, $4)
     ON CONFLICT DO NOTHING RETURNING 1`,
    [actor.seatId ?? actor.subject, clientMutationId, newId, hashOf(command, input)],
  );
  if (claimed.length > 0) return { id: newId, first: true };
  return { id: (await findClaim(manager, actor, command, input))!, first: false };
}

/**
 * Runs `work` once for an actor's `clientMutationId`; SYSTEM needs none.
 * @returns the id the work was given: `newId`, or that of the first time
 */
export async function once(
  tx: Transaction,
  actor: Actor,
  command: string,
  input: { clientMutationId: string },
  newId: string,
  work: (id: string) => Promise<unknown>,
): Promise<string> {
  if (actor.kind !== 'SYSTEM') {
    const { id, first } = await claim(tx.manager, actor, command, input, newId);
    if (!first) return id;
  }
  await work(newId);
  return newId;
}

/** As `once`, for a mutation that may be sent without a `clientMutationId`: then it is done each time. */
export async function onceIfNamed(
  tx: Transaction,
  actor: Actor,
  command: string,
  input: { clientMutationId?: string | null },
  newId: string,
  work: (id: string) => Promise<unknown>,
): Promise<string> {
  const { clientMutationId } = input;
  if (clientMutationId != null) return once(tx, actor, command, { ...input, clientMutationId }, newId, work);
  await work(newId);
  return newId;
}
