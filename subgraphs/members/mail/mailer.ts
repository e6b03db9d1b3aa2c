import type { Database } from '../../../kit/database/open.ts';
import type { Hints } from '../../../kit/hints.ts';
import { describeError, type Log } from '../../../kit/log.ts';
import { noticesChannel } from '../../../kit/notices/write.ts';
import { resolveActor } from '../actors.ts';
import { isReader, mailedFor, readUnmailed, type SeatNotice } from '../notices.ts';
import { composeCode, composeDigest } from './compose.ts';
import { countRefused, createCountLine, giveUpCodes, type MailCounts, nothingMailed } from './counts.ts';
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
 * everything, or does not answer, is left alone for a while; so is an address that it refuses. The log counts what each round came to.
 */
export function createMailer(options: MailerOptions): Mailer {
  const { database, hints, log, now = () => new Date(), everyMs = 15_000, gatherMs = 200 } = options;
  const transport = openTransport(options.mail);
  const say = createCountLine(log);
  let serverFailures = 0;
  let pausedUntil = 0;
  let running: Promise<void> | undefined;
  let soon: NodeJS.Timeout | undefined;
  let isStopped = false;

  async function mailAll(): Promise<void> {
    const at = now();
    if (at.getTime() < pausedUntil) return;
    const counts = nothingMailed();
    try {
      counts.givenUp = await giveUpCodes(database.source);
      const unreached = await mailEach(await readRecipients(database.source, at), at, counts);
      counts.waiting = (await countRefused(database.source, at)) + unreached;
    } finally {
      say(counts);
    }
  }

  /** @returns how many were due and not come to, since the server takes nothing */
  async function mailEach(recipients: readonly Recipient[], at: Date, counts: MailCounts): Promise<number> {
    for (const [index, recipient] of recipients.entries()) {
      if (isStopped) return 0;
      try {
        await mailTo({ database, transport, publicUrl: options.mail.publicUrl, counts }, recipient, at);
        serverFailures = 0;
      } catch (error) {
        if (!(error instanceof MailRefused)) throw error;
        const { code, responseCode, scope } = error;
        counts.failed += 1;
        if (scope === 'mail') {
          await noteRefused(database.source, recipient, at);
          log.warn('a mail was refused; trying again', { failures: recipient.failures + 1, code, responseCode });
          continue;
        }
        await noteNothing(database.source, recipient, null);
        pausedUntil = at.getTime() + backOff(serverFailures);
        serverFailures += 1;
        log.warn('mail waits: the server takes none; trying again', { failures: serverFailures, code, responseCode });
        return recipients.slice(index).filter((one) => one.code !== null || isToBeMailed(one, at)).length;
      }
    }
    return 0;
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
  if (everyMs > 0) look(); // what nobody has mailed while none was running
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
  counts: MailCounts;
}

/** Which digest is due, and whether something is mailed at once; whether there is anything to mail is not asked yet. */
function dueOf({ address, digestAt, hasMention, settings }: Recipient, now: Date) {
  const { digest, digestHourLocal: hour, timeZone } = settings;
  const last = lastDigest(digest, { hour, timeZone, now });
  return {
    digestAt: address !== null && last !== null && (digestAt === null || digestAt < last) ? last : null,
    isAtOnce: address !== null && (digest === 'IMMEDIATE' || (settings.mentionsImmediate && hasMention)),
  };
}

function isToBeMailed(recipient: Recipient, now: Date): boolean {
  const { digestAt, isAtOnce } = dueOf(recipient, now);
  return digestAt !== null || isAtOnce;
}

/** @throws MailRefused */
async function mailTo(means: Means, recipient: Recipient, now: Date): Promise<void> {
  const { database, transport, publicUrl, counts } = means;
  const { source } = database;
  const { personId, address, mailedSince, pending, code, settings, seats } = recipient;
  const { digest, timeZone } = settings;
  const locale = seats[0]?.locale ?? 'en';
  if (code !== null && pending !== null && (await claim(source, recipient, now))) {
    await transport.send(pending, composeCode(code, personId, locale, publicUrl));
    counts.sent += 1;
    await noteCodeMailed(source, recipient, code);
  }
  if (address === null || mailedSince === null) return;
  const { digestAt } = dueOf(recipient, now);
  if (!isToBeMailed(recipient, now) || !(await claim(source, recipient, now))) return;
  // Read after the claim: what another process has mailed by now is not mailed again.
  const mentionsOnly = digestAt === null && digest !== 'IMMEDIATE';
  const notices = await readAll(database, recipient, { since: mailedSince, mentionsOnly, now });
  if (notices.length > 0) {
    // Mail can be read on its way: to those who are in danger it quotes nothing.
    const withContent = settings.includeContent && !recipient.isLocked;
    const once = [...new Map(notices.map((one) => [one.id, one])).values()];
    try {
      await transport.send(address, composeDigest(once, { personId, locale, timeZone, withContent }, publicUrl));
    } catch (error) {
      const oldest = now.getTime() + backOff(recipient.failures) - mailedFor;
      counts.givenUp += once.filter(({ at }) => at.getTime() <= oldest).length;
      throw error;
    }
    counts.sent += 1;
    await noteMailed(database, recipient, { notices, digestAt, at: now });
  } else await noteNothing(source, recipient, digestAt);
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
