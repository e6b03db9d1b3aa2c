import type { Actor } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { once, refuseOrigin } from '../../../kit/once.ts';
import type { Origin } from '../../../kit/subgraph.ts';
import { conflict } from '../../../kit/types.ts';
import { ReviewCluster } from '../entities/review.ts';
import type { UpsertReviewClusterInput } from '../review-inputs.ts';
import { checkCount, checkPattern, checkTexts } from './check.ts';
import { checkArticles, checkSource, fault } from './facts.ts';
import { requireLeader } from './keep.ts';
import { same } from './networks.ts';
import { findOpenNetwork } from './open-network.ts';

/** Makes a cluster, or replaces all of the one with this code. @returns its id */
export async function upsertReviewCluster(
  tx: Transaction,
  actor: Actor,
  input: UpsertReviewClusterInput,
  origin?: Origin,
): Promise<string> {
  refuseOrigin(actor, origin);
  if (!origin) requireLeader(actor, input.networkId);
  const code = checkPattern(input.code, /^[IVX]{1,8}$/, 'code', 'a Roman number, as in II');
  return once(tx, actor, 'upsertReviewCluster', input, `cluster:${code.toLowerCase()}`, async (id) => {
    if (!origin) await findOpenNetwork(tx, input.networkId, 'networkId');
    const source = checkSource(input.source, 'ADDRESS', origin !== undefined);
    const title = checkTexts(input.title, 200, 'title');
    if (Object.keys(title).length === 0) throw fault('title', 'give it in one language at least.');
    const articles = checkArticles(input.articles, 'articles');
    if (articles.length === 0) throw fault('articles', 'name one at least.');
    const wanted = { title, articles, phase: checkCount(input.phase, 20, 'phase'), sourceUrl: source.url };
    const checkedOn = source.checkedOn;
    // Two that make it at the same time: the second waits for the first, and then finds its row.
    const made: unknown[] = await tx.manager.query(
      `INSERT INTO review_cluster (id, code, title, articles, phase, source_url, checked_on, provenance, version)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1) ON CONFLICT (code) DO NOTHING RETURNING 1`,
      [id, code, JSON.stringify(title), articles, wanted.phase, source.url, checkedOn, origin?.provenance ?? 'USER'],
    );
    if (made.length > 0) return;
    const known = await tx.manager.findOneOrFail(ReviewCluster, { where: { id }, lock: { mode: 'pessimistic_write' } });
    if (known.version !== input.expectedVersion) {
      throw conflict(`The cluster is there already, at version ${known.version}.`, known.version);
    }
    const fields = Object.keys(wanted) as (keyof typeof wanted)[];
    if (fields.every((key) => same(wanted[key], known[key])) && known.checkedOn === checkedOn) return;
    await tx.manager.update(ReviewCluster, { id }, { ...wanted, checkedOn, version: known.version + 1 });
  });
}
