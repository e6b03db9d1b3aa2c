import type { DataSource } from 'typeorm';
import type { Actor } from './context.ts';
import type { DatabaseOptions } from './database/open.ts';
import type { Log } from './log.ts';

/** What `start` gives every subgraph. */
export interface SubgraphOptions<Records> {
  database: DatabaseOptions;
  /** GATEWAY_SECRET: only assertions signed with it are answered. */
  secret: string;
  /** CURSOR_SECRET. */
  cursorSecret: string;
  /** REGION and REGION_NUMBER (1..127): the installation's name and number. */
  region: string;
  regionNumber: number;
  /** 0 or absent: a free one. */
  port?: number;
  /** Absent: loopback. */
  host?: string;
  log: Log;
  /** Records for an empty database. Absent: none are loaded. */
  load?: Load<Records>;
}

export interface Load<Records> {
  /** The SYSTEM actor, which only `start` can make. */
  system: Actor;
  records: Records;
  /** In production: records with provenance SAMPLE are left out, and counted in the log. */
  refuseSamples: boolean;
}

/** What only SYSTEM may set on a record: its id, where it comes from, and past dates. */
export interface Origin {
  id: string;
  provenance: 'SOURCED' | 'SAMPLE' | 'USER';
  sourceUrl?: string | null;
  at?: Date;
}

/** Splits off records that production refuses. */
export function admit<T extends { provenance?: string }>(load: Load<unknown>, records: readonly T[]): T[] {
  return load.refuseSamples ? records.filter((record) => record.provenance !== 'SAMPLE') : [...records];
}

/** Identity of the database's installation: cursors are bound to it. After a restore from backup the epoch changes. */
export async function readInstallation(source: DataSource): Promise<{ id: string; epoch: number }> {
  const [row] = await source.query('SELECT id, epoch FROM feed.installation');
  return row;
}
