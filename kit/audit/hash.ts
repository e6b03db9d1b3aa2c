import { createHash } from 'node:crypto';

/** An entry as it is stored. `at` is UTC to the microsecond, `2026-11-22T06:30:00.123456Z`. */
export interface StoredEntry {
  networkId: string;
  /** From 1 on, without holes within a network. */
  position: number;
  id: string;
  at: string;
  login: string;
  actorKind: string;
  actorSeatId: string | null;
  actorPersonId: string | null;
  action: string;
  targetType: string;
  targetId: string;
  detail: string | null;
  reason: string | null;
  reasonSalt: string | null;
  reasonHash: string | null;
  previousHash: string;
  hash: string;
}

/** What the first entry of a chain has as its previous hash. */
export const firstHash = '0'.repeat(64);

/** SHA-256 in hex of the fields as netstrings (`<bytes>:<text>,`; nothing at all is `-,`), so that no two lists read the same. */
export const digest = (fields: readonly (string | null)[]): string =>
  createHash('sha256')
    .update(fields.map((field) => (field === null ? '-,' : `${Buffer.byteLength(field)}:${field},`)).join(''))
    .digest('hex');

/** The hash that an entry must have; `at` a position other than its own tells whether it was moved. */
export const hashOf = (entry: StoredEntry, position = entry.position): string =>
  digest([
    entry.previousHash,
    entry.networkId,
    String(position),
    entry.id,
    entry.at,
    entry.login,
    entry.actorKind,
    entry.actorSeatId,
    entry.actorPersonId,
    entry.action,
    entry.targetType,
    entry.targetId,
    entry.detail,
    entry.reasonHash,
  ]);
