import type { ServedFile } from '../../../kit/files.ts';
import { describeError, type Log } from '../../../kit/log.ts';
import { exportChannel } from '../commands/exports/job.ts';
import type { Plans } from '../plans.ts';
import { renderApart, TaskError } from './apart.ts';
import type { ExportFormat } from './render.ts';
import { readSource, type SourceRequest } from './source.ts';

interface Taken extends SourceRequest {
  id: string;
  format: ExportFormat;
  attempts: number;
}

export interface ExporterOptions {
  plans: Plans;
  log: Log;
  /** Between looks without a hint; ms. */
  every?: number;
  /** For which a process holds a job without a sign of life; ms. */
  lease?: number;
  render?: typeof renderApart;
}

const mostAttempts = 3;
const keep = "interval '24 hours'";

/**
 * Makes the files that were asked for, one at a time in each process. A job is taken with SKIP LOCKED and held by a lease that is renewed while it is worked on:
 * when its process dies, another one takes it after `lease` ms. Files are deleted after 24 hours.
 * @returns stop, which gives back what is under way
 */
export function createExporter(options: ExporterOptions): { stop(): Promise<void> } {
  const { plans, log, every = 10_000, lease = 15_000, render = renderApart } = options;
  const { hints, database } = plans;
  const { source } = database;
  let stopped = false;
  let running: Promise<void> | undefined;
  let again = false;
  let cleanedAt = 0;
  const ending = new AbortController();

  function look(): void {
    if (stopped) return;
    if (running) {
      again = true;
      return;
    }
    again = false;
    running = work()
      .catch((error) => log.warn('exports could not be looked for; trying again soon', describeError(error)))
      .finally(() => {
        running = undefined;
        if (again) look();
      });
  }

  async function work(): Promise<void> {
    if (Date.now() - cleanedAt > 60_000) {
      cleanedAt = Date.now();
      await source.query('DELETE FROM plan_export WHERE expires_at < now()');
    }
    for (let job = await take(); job && !stopped; job = await take()) await make(job);
  }

  async function take(): Promise<Taken | undefined> {
    const [rows]: [Taken[]] = await source.query(
      `UPDATE plan_export SET status = 'RUNNING', attempts = attempts + 1, free_at = now() + $1 * interval '1 ms'
       WHERE id = (
         SELECT id FROM plan_export WHERE status IN ('QUEUED', 'RUNNING') AND free_at <= now() AND expires_at > now()
         ORDER BY free_at LIMIT 1 FOR UPDATE SKIP LOCKED)
       RETURNING id, plan_id AS "planId", format, locale, version, inside, names, attempts`,
      [lease],
    );
    return rows[0];
  }

  async function make(job: Taken): Promise<void> {
    const lost = new AbortController();
    let progress = 5;
    const renew = async () => {
      const [, count] = await source.query(
        `UPDATE plan_export SET progress = greatest(progress, $3), free_at = now() + $4 * interval '1 ms'
         WHERE id = $1 AND attempts = $2 AND status = 'RUNNING'`,
        [job.id, job.attempts, progress, lease],
      );
      // Another process has it, or a redaction has deleted it.
      if (count === 0) lost.abort(new TaskError('It was taken back.'));
    };
    const renewSoon = () =>
      void renew().catch((error) => log.warn('an export could not be renewed', describeError(error)));
    const timer = setInterval(renewSoon, lease / 3);
    try {
      if (job.attempts > mostAttempts) throw new TaskError('It was begun three times and never ended.');
      await renew();
      const found = await readSource(plans, job);
      if (!found) throw new TaskError('The plan, or its version, is not there any more.');
      const signal = AbortSignal.any([ending.signal, lost.signal]);
      const onProgress = (part: number) => {
        const next = 10 + Math.floor(part * 85);
        if (next < progress + 10) return;
        progress = next;
        renewSoon();
      };
      const file = await render(found.source, job.format, { signal, onProgress });
      await finish(job, file, found.source.contentHash, found.epoch);
    } catch (error) {
      if (lost.signal.aborted) return;
      await giveBack(job, error).catch((cause) => log.warn('an export could not be given back', describeError(cause)));
    } finally {
      clearInterval(timer);
    }
  }

  /** What was written from a text that has been redacted meanwhile is made anew: the plan's lock is waited for, then its epoch is as it was or not. */
  async function finish(job: Taken, file: ServedFile, contentHash: string, epoch: number): Promise<void> {
    await source.transaction(async (manager) => {
      const [plan] = await manager.query('SELECT epoch FROM plan WHERE id = $1 FOR SHARE', [job.planId]);
      const isCurrent = plan?.epoch === epoch;
      await manager.query(
        isCurrent
          ? `UPDATE plan_export SET status = 'DONE', progress = 100, error = NULL, content_hash = $3, file_name = $4, media_type = $5, bytes = $6,
               names = '{}', expires_at = now() + ${keep} WHERE id = $1 AND attempts = $2 AND status = 'RUNNING'`
          : `UPDATE plan_export SET status = 'QUEUED', progress = 0, free_at = now() WHERE id = $1 AND attempts = $2 AND status = 'RUNNING'`,
        isCurrent
          ? [job.id, job.attempts, contentHash, file.name, file.mediaType, Buffer.from(file.bytes)]
          : [job.id, job.attempts],
      );
    });
  }

  async function giveBack(job: Taken, error: unknown): Promise<void> {
    const mine = 'WHERE id = $1 AND attempts = $2';
    if (ending.signal.aborted) {
      // Nobody's fault: it does not count as a try.
      await source.query(
        `UPDATE plan_export SET status = 'QUEUED', progress = 0, attempts = attempts - 1, free_at = now() ${mine}`,
        [job.id, job.attempts],
      );
      hints.publish(exportChannel, '');
      return;
    }
    const isLast = job.attempts >= mostAttempts;
    log[isLast ? 'error' : 'warn']('a file of a plan could not be made', { export: job.id, ...describeError(error) });
    const why = error instanceof TaskError ? error.message : 'The file could not be made.';
    await source.query(
      isLast
        ? `UPDATE plan_export SET status = 'FAILED', error = $3, names = '{}' ${mine}`
        : `UPDATE plan_export SET status = 'QUEUED', progress = 0, error = $3, free_at = now() + attempts * interval '2 s' ${mine}`,
      [job.id, job.attempts, why],
    );
  }

  const unsubscribe = hints.subscribe(exportChannel, look);
  const poll = setInterval(look, every);
  poll.unref();
  return {
    async stop() {
      stopped = true;
      unsubscribe();
      clearInterval(poll);
      ending.abort(new Error('This process is stopping.'));
      await running;
    },
  };
}
