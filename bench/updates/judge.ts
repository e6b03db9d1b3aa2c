import pg from 'pg';
import type { Installation } from './installation.ts';

export interface Verdict {
  /** Updates in the log that partners may see, since the mirror began. */
  said: number;
  missed: number;
  reordered: number;
  doubled: number;
  /** Not for partners, and there. */
  leaked: number;
}

async function ask<Row extends pg.QueryResultRow>(
  url: string,
  sql: string,
  parameters: unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query<Row>(sql, parameters)).rows;
  } finally {
    await client.end();
  }
}

const visible = "subject LIKE 'workingplan/plan:bench-%' AND visibility = 'PUBLIC'";

export async function countSaid({ platformUrl }: Installation): Promise<number> {
  const [row] = await ask<{ count: string }>(platformUrl, `SELECT count(*) FROM feed.event WHERE ${visible}`);
  return Number(row?.count);
}

export async function countMirrored({ partnerUrl }: Installation): Promise<number> {
  const [row] = await ask<{ count: string }>(partnerUrl, 'SELECT count(*) FROM mirror.update');
  return Number(row?.count);
}

/** Compares the partner's tables with the log itself, not with what any program says of it. */
export async function judge({ platformUrl, partnerUrl }: Installation): Promise<Verdict> {
  const log = await ask<{ id: string }>(platformUrl, `SELECT id FROM feed.event WHERE ${visible}`);
  const kept = await ask<{ id: string; source: string; sequence: string }>(
    partnerUrl,
    'SELECT id, source, sequence FROM mirror.update ORDER BY arrived',
  );
  const [heard] = await ask<{ sum: string | null }>(partnerUrl, 'SELECT sum(updates) FROM mirror.heard');
  const ids = new Set(log.map(({ id }) => id));
  const keptIds = new Set(kept.map(({ id }) => id));
  const last = new Map<string, bigint>();
  let reordered = 0;
  for (const { source, sequence } of kept) {
    if (BigInt(sequence) <= (last.get(source) ?? 0n)) reordered += 1;
    last.set(source, BigInt(sequence));
  }
  return {
    said: log.length,
    missed: log.filter(({ id }) => !keptIds.has(id)).length,
    reordered,
    doubled: Number(heard?.sum ?? 0) - keptIds.size,
    leaked: kept.filter(({ id }) => !ids.has(id)).length,
  };
}
