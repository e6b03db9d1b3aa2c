import type { Actor } from '../../../kit/context.ts';
import { hasRole } from '../../../kit/visibility.ts';
import type { DirectoryExport } from '../entities/directory.ts';

/** Who may have a network's directory with contacts, as pure sentences. */

export const mayExportDirectory = (actor: Actor, networkId: string): boolean =>
  actor.kind === 'SEAT' &&
  actor.seatId !== undefined &&
  actor.personId !== undefined &&
  hasRole(actor, ['COORDINATOR', 'STEERING_COMMITTEE'], [networkId]);

/** Two persons, not two seats of one. */
export const mayApproveDirectory = (
  actor: Actor,
  one: Pick<DirectoryExport, 'networkId' | 'requestedByPersonId'>,
): boolean => mayExportDirectory(actor, one.networkId) && actor.personId !== one.requestedByPersonId;

/** That there was an export: those who lead the network, and its safety officer. */
export const maySeeDirectoryExports = (actor: Actor, networkId: string): boolean =>
  hasRole(actor, ['COORDINATOR', 'STEERING_COMMITTEE', 'SAFETY_OFFICER'], [networkId]);

/** The file: the two, while they lead the network. */
export const mayFetchDirectory = (
  actor: Actor,
  one: Pick<DirectoryExport, 'networkId' | 'requestedByPersonId' | 'approvedByPersonId'>,
): boolean =>
  mayExportDirectory(actor, one.networkId) &&
  one.approvedByPersonId !== null &&
  (actor.personId === one.requestedByPersonId || actor.personId === one.approvedByPersonId);
