import type { Database } from '../../../kit/database/open.ts';
import type { Hints } from '../../../kit/hints.ts';
import { describeError, type Log } from '../../../kit/log.ts';
import { noticesChannel } from '../../../kit/notices/write.ts';
import { resolveActor } from '../actors.ts';
import { isReader, readUnmailed, type SeatNotice } from '../notices.ts';
import { composeCode, composeDigest } from './compose.ts';
import {
  backOff,
  claim,
  noteCodeMailed,
  noteMailed,
  noteNothing,
  noteRefused,
  type Recipient,
  readRecipients,
} from './recipients.ts';
import { lastDigest } from './schedule.ts';
import { MailRefused, type MailSettings, openTransport, type Transport } from './transport.ts';

export interface Mailer {
  /** Looks soon whether there is something to mail. */
  look(): void;
  /** Mails what is due. One at a time; never throws. */
  round(): Promise<void>;
  /** Lets a mail that is under way end. Safe to call twice. */
  stop(): Promise<void>;
}

export interface MailerOptions {
  database: Database;
  hints: Hints;
  log: Log;
  mail: MailSettings;
  now?: () => Date;
  /** ms between two looks, if no hint comes. 0: only when `round` is called. */
  everyMs?: number;
  /** ms that a look waits for more to come. */
  gatherMs?: number;
}

/**
 * Mails codes, digests and what is told at once. Any number of processes may: each person is mailed to by one at a time. What was mailed is noted after the
 * server has taken it, so that a process killed in between repeats that one mail, under the same Message-ID, and nothing is lost. A server that refuses
 * everything, or does not answer, is left alone for a while; so is an address that it refuses.
 */
export function createMailer(options: MailerOptions): Mailer {
  const { database, hints, log, now = () => new Date(), everyMs = 15_000, gatherMs = 200 } = options;
  const transport = openTransport(options.mail);
  let serverFailures = 0;
  let pausedUntil = 0;
  let running: Promise<void> | undefined;
  let soon: NodeJS.Timeout | undefined;
  let isStopped = false;

  async function mailAll(): Promise<void> {
    const at = now();
    if (at.getTime() < pausedUntil) return;
    for (const recipient of await readRecipients(database.source, at)) {
      if (isStopped) return;
      try {
        await mailTo({ database, transport, publicUrl: options.mail.publicUrl }, recipient, at);
        serverFailures = 0;
      } catch (error) {
        if (!(error instanceof MailRefused)) throw error;
        const { code, responseCode, scope } = error;
        if (scope === 'mail') {
          await noteRefused(database.source, recipient, at);
          log.warn('a mail was refused; trying again', { failures: recipient.failures + 1, code, responseCode });
          continue;
        }
        await noteNothing(database.source, recipient, null);
        pausedUntil = at.getTime() + backOff(serverFailures);
        serverFailures += 1;
        log.warn('mail waits: the server takes none; trying again', { failures: serverFailures, code, responseCode });
        return;
      }
    }
  }

  function round(): Promise<void> {
    const before = running ?? Promise.resolve();
    const next = before
      .then(() => (isStopped ? undefined : mailAll()))
      .catch((error) => log.warn('mail waits; trying again', describeError(error)))
      .finally(() => {
        if (running === next) running = undefined;
      });
    running = next;
    return next;
  }

  const look = () => {
    if (isStopped || soon) return;
    soon = setTimeout(async () => {
      await running; // so that however often somebody looks, one round waits at most
      soon = undefined;
      void round();
    }, gatherMs);
    soon.unref();
  };
  const unsubscribe = everyMs > 0 ? hints.subscribe(noticesChannel, look) : () => {};
  const timer = everyMs > 0 ? setInterval(look, everyMs) : undefined;
  timer?.unref();
  return {
    look,
    round,
    async stop() {
      isStopped = true;
      unsubscribe();
      clearInterval(timer);
      clearTimeout(soon);
      await running;
      transport.close();
    },
  };
}

interface Means {
  database: Database;
  transport: Transport;
  publicUrl: string;
}

/** @throws MailRefused */
async function mailTo({ database, transport, publicUrl }: Means, recipient: Recipient, now: Date): Promise<void> {
  const { source } = database;
  const { personId, address, mailedSince, digestAt, pending, code, settings, seats } = recipient;
  const { digest, digestHourLocal: hour, timeZone } = settings;
  const locale = seats[0]?.locale ?? 'en';
  if (code !== null && pending !== null && (await claim(source, recipient, now))) {
    await transport.send(pending, composeCode(code, personId, locale, publicUrl));
    await noteCodeMailed(source, recipient, code);
  }
  if (address === null || mailedSince === null) return;
  const last = lastDigest(digest, { hour, timeZone, now });
  const isDue = last !== null && (digestAt === null || digestAt < last);
  const isAtOnce = digest === 'IMMEDIATE' || (settings.mentionsImmediate && recipient.hasMention);
  if ((!isDue && !isAtOnce) || !(await claim(source, recipient, now))) return;
  // Read after the claim: what another process has mailed by now is not mailed again.
  const mentionsOnly = !isDue && digest !== 'IMMEDIATE';
  const notices = await readAll(database, recipient, { since: mailedSince, mentionsOnly, now });
  if (notices.length > 0) {
    // Mail can be read on its way: to those who are in danger it quotes nothing.
    const withContent = settings.includeContent && !recipient.isLocked;
    const once = [...new Map(notices.map((one) => [one.id, one])).values()];
    await transport.send(address, composeDigest(once, { personId, locale, timeZone, withContent }, publicUrl));
    await noteMailed(database, recipient, { notices, digestAt: isDue ? last : null, at: now });
  } else await noteNothing(source, recipient, isDue ? last : null);
}

/** Of all the person's seats, as each of them may read it at this moment. */
async function readAll(
  { source }: Database,
  { subject, seats, settings }: Recipient,
  { since, mentionsOnly, now }: { since: Date; mentionsOnly: boolean; now: Date },
): Promise<SeatNotice[]> {
  const found: SeatNotice[] = [];
  for (const { id } of seats) {
    const reader = await resolveActor(source, subject, id);
    if (reader === null || !isReader(reader)) continue;
    const asked = { reader, timeZone: settings.timeZone, now };
    found.push(...(await readUnmailed(source.manager, asked, { since, mentionsOnly })));
  }
  return found;
}
