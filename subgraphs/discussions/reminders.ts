import type { Database } from '../../kit/database/open.ts';
import { Decision } from './entities/decision.ts';
import { positionAwaited } from './notices.ts';
import type { DecisionRules } from './round.ts';
import { select } from './statement.ts';

const hour = 3_600_000; // ms
const before = 24 * hour;
/** Of a shorter round its beginning was reminder enough. */
const longEnough = 72 * hour;
const batch = 100;

/**
 * Reminds the organisations that have not spoken, once, a day before a round closes. Any number of processes may: the notice's key is of the round, and
 * positions that come in meanwhile take turns with this at the decision's row.
 * @param report is told of each that failed; the others are done
 */
export async function remindOfDecisions(
  database: Database,
  { now }: Pick<DecisionRules, 'now'>,
  report: (error: unknown) => void = () => {},
): Promise<void> {
  const at = now().getTime();
  const due: { id: string; number: number; closesAt: Date }[] = await database.source.query(
    `SELECT d.id, r.number, r.closes_at AS "closesAt" FROM decision d
     JOIN decision_round r ON r.decision_id = d.id AND r.number = d.round
     WHERE d.status = 'CONSENT_ROUND' AND r.reminded_at IS NULL AND r.closes_at > $1 AND r.closes_at <= $2
       AND r.closes_at - r.opens_at >= $3 * interval '1 millisecond'
     ORDER BY r.closes_at LIMIT ${batch}`,
    [new Date(at), new Date(at + before), longEnough],
  );
  for (const { id, number, closesAt } of due) {
    try {
      await database.transaction(async (tx) => {
        const [decision] = await select(
          tx.manager,
          Decision,
          (columns, bind) =>
            `SELECT ${columns} FROM decision r WHERE r.id = ${bind(id)} AND r.round = ${bind(number)}
             AND r.status = 'CONSENT_ROUND' FOR UPDATE SKIP LOCKED`,
        );
        if (!decision) return;
        const spoken: { id: string }[] = await tx.manager.query(
          'SELECT organisation_id AS id FROM decision_position WHERE decision_id = $1 AND round = $2',
          [id, number],
        );
        tx.notify(positionAwaited(decision, { number, closesAt }, { spoken: spoken.map((one) => one.id) }));
        await tx.manager.query('UPDATE decision_round SET reminded_at = $3 WHERE decision_id = $1 AND number = $2', [
          id,
          number,
          new Date(at),
        ]);
      });
    } catch (error) {
      report(error);
    }
  }
}
