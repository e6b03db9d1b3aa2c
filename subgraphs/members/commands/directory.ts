import { ulid } from 'ulid';
import type { Actor } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { once } from '../../../kit/once.ts';
import { forbidden, invalid } from '../../../kit/types.ts';
import { DirectoryExport } from '../entities/directory.ts';
import type { ApproveDirectoryExportInput, RequestDirectoryExportInput } from '../inputs.ts';
import { mayApproveDirectory, mayExportDirectory } from '../policy/directory.ts';
import { checkId, checkText } from './input.ts';

const openFor = 7 * 24 * 60 * 60 * 1000; // ms to be agreed to
const fileFor = 24 * 60 * 60 * 1000; // ms to be fetched

/** Asks for the directory of a network with its contacts. @returns the export's id @throws Problem */
export async function requestDirectoryExport(
  tx: Transaction,
  actor: Actor,
  input: RequestDirectoryExportInput,
  now: () => Date = () => new Date(),
): Promise<string> {
  if (!mayExportDirectory(actor, input.networkId)) {
    throw forbidden('A directory is exported by coordinators and steering members of the network.');
  }
  return once(tx, actor, 'requestDirectoryExport', input, `directory:${ulid()}`, async (id) => {
    const networkId = checkId(input.networkId, 'net', 'networkId');
    const reason = checkText(input.reason, 1_000, 'reason');
    const requestedAt = now();
    await tx.manager.insert(DirectoryExport, {
      ...{ id, networkId, reason, requestedAt },
      requestedBySeatId: actor.seatId!,
      requestedByPersonId: actor.personId!,
      expiresAt: new Date(requestedAt.getTime() + openFor),
    });
    sayExport(tx, actor, { id, networkId }, 'REQUESTED', reason);
  });
}

/** A second person agrees: for 24 hours the two may fetch the file. @returns the export's id @throws Problem */
export async function approveDirectoryExport(
  tx: Transaction,
  actor: Actor,
  input: ApproveDirectoryExportInput,
  now: () => Date = () => new Date(),
): Promise<string> {
  return once(tx, actor, 'approveDirectoryExport', input, input.id, async () => {
    const found = await tx.manager.findOne(DirectoryExport, {
      where: { id: input.id },
      lock: { mode: 'for_no_key_update' },
    });
    const wrong = (message: string) => invalid(`id: ${message}`, 'input', 'id');
    if (!found || !mayExportDirectory(actor, found.networkId)) throw wrong('no such export.');
    if (!mayApproveDirectory(actor, found))
      throw forbidden('Another person than the one who asked for it agrees to it.');
    const at = now();
    if (found.approvedAt !== null) throw wrong('it has been agreed to.');
    if (found.expiresAt <= at) throw wrong('it has expired: ask anew.');
    // Of two who lead the network, and not of one and somebody who did.
    const asker = await tx.manager.query(
      `SELECT 1 FROM held_role WHERE seat_id = $1 AND person_id = $2 AND network_id = $3
         AND role IN ('COORDINATOR', 'STEERING_COMMITTEE') AND effective LIMIT 1`,
      [found.requestedBySeatId, found.requestedByPersonId, found.networkId],
    );
    if (asker.length === 0) throw wrong('who asked for it leads the network no more: ask anew.');
    await tx.manager.update(
      DirectoryExport,
      { id: found.id },
      {
        approvedBySeatId: actor.seatId!,
        approvedByPersonId: actor.personId!,
        approvedAt: at,
        expiresAt: new Date(at.getTime() + fileFor),
      },
    );
    sayExport(tx, actor, found, 'APPROVED');
  });
}

export function sayExport(
  tx: Transaction,
  actor: Actor,
  { id, networkId }: Pick<DirectoryExport, 'id' | 'networkId'>,
  detail: 'REQUESTED' | 'APPROVED' | 'READ',
  reason: string | null = null, // said once: it may have to be erased
): void {
  const target = { type: 'DirectoryExport', id };
  tx.audit({ actor, action: 'DIRECTORY_EXPORTED', target, networkIds: [networkId], detail, reason });
}
