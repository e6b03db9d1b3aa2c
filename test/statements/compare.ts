import type { Statements } from './count.ts';

/** What one operation took at one size. */
export interface Measured {
  members: number;
  statements: Statements;
}

/**
 * Loads of one kind that come at about the same time make one batch or two, by the moment at which Postgres answers: so often a statement may be sent more at
 * one size than at another. What is read one by one is sent more often by as much as there is more of it.
 */
const slack = 2;

/** Nothing where no statement is sent more often when there is more; else each subgraph's counts, and what it sends more often. */
export function findGrowth(name: string, rows: readonly Measured[]): string[] {
  const subgraphs = [...new Set(rows.flatMap(({ statements }) => Object.keys(statements)))].sort();
  return subgraphs.flatMap((subgraph) => {
    const tallies = rows.map(({ statements }) => tally(statements[subgraph]));
    const texts = [...new Set(tallies.flatMap((one) => [...one.keys()]))];
    const times = texts.map((sql) => ({ sql, counts: tallies.map((one) => one.get(sql) ?? 0) }));
    const more = times.filter(({ counts }) => Math.max(...counts) - Math.min(...counts) > slack);
    if (more.length === 0) return [];
    const said = rows.map(({ members, statements }) => `${statements[subgraph]?.length ?? 0} with ${members} members`);
    return [
      `${name}: statements of ${subgraph}: ${said.join(', ')}`,
      ...more.map(({ sql, counts }) => `  ${counts.join(' → ')} times: ${sql.slice(0, 300)}`),
    ];
  });
}

function tally(statements: readonly string[] = []): Map<string, number> {
  const times = new Map<string, number>();
  for (const sql of statements) {
    const text = sql.replace(/\s+/g, ' ').trim();
    times.set(text, (times.get(text) ?? 0) + 1);
  }
  return times;
}
