import type { Visibility } from '../../kit/context.ts';
import type { Transaction } from '../../kit/database/open.ts';
import { admit, type Load } from '../../kit/subgraph.ts';
import type { Localized, Provenance } from '../../kit/types.ts';
import { scheduleMeeting, setRsvp } from './commands/meetings.ts';
import { post } from './commands/posts.ts';
import { startThread } from './commands/threads.ts';
import type { MeetingKind, MeetingStatus, Rsvp } from './entities/meeting.ts';

interface ThreadRecord {
  id: string;
  networks: string[];
  visibility: Visibility;
  anchor: { typename: string; id: string };
  title: Localized;
  provenance: Provenance;
  createdAt: string;
  posts: { id: string; author: string; locale: string; body: string; createdAt: string }[];
}

interface MeetingRecord {
  id: string;
  networks: string[];
  kind: MeetingKind;
  title: Localized;
  /** A day, or first and last day: `2022-03-28/2022-03-29`. */
  date: string;
  place?: string;
  participants: number | string;
  status: MeetingStatus;
  agenda?: Localized[];
  provenance: Provenance;
  sourceUrl?: string;
  attendance: { organisation: string; seat: string; rsvp: Rsvp; provenance: Provenance }[];
}

/** seed/discussions.json. */
export interface DiscussionsRecords {
  threads: ThreadRecord[];
  meetings: MeetingRecord[];
}

const inputOf = (texts: Localized) => Object.entries(texts).map(([locale, text]) => ({ locale, text }));
const dayOf = (date: string) => new Date(`${date}T00:00:00.000Z`);
const byTime = (a: { createdAt: string }, b: { createdAt: string }) => a.createdAt.localeCompare(b.createdAt);

/** Loads the shipped records through the commands, oldest first, so that the feed tells them in their order. @returns how many were left out */
export async function loadRecords(tx: Transaction, load: Load<DiscussionsRecords>): Promise<number> {
  const meetings = admit(load, load.records.meetings).sort((a, b) => a.date.localeCompare(b.date));
  const threads = admit(load, load.records.threads).sort(byTime);
  let refused = load.records.meetings.length - meetings.length + load.records.threads.length - threads.length;
  for (const record of meetings) {
    await loadMeeting(tx, load, record);
    const attendance = admit(load, record.attendance);
    refused += record.attendance.length - attendance.length;
    for (const { organisation, seat, rsvp, provenance } of attendance) {
      const origin = { id: record.id, organisationId: organisation, seatId: seat, provenance };
      await setRsvp(tx, load.system, { meetingId: record.id, rsvp }, origin);
    }
  }
  for (const record of threads) await loadThread(tx, load, record);
  return refused;
}

async function loadMeeting(tx: Transaction, load: Load<unknown>, record: MeetingRecord): Promise<void> {
  const [first, last] = record.date.split('/');
  await scheduleMeeting(
    tx,
    load.system,
    {
      clientMutationId: record.id,
      networkIds: record.networks,
      kind: record.kind,
      title: inputOf(record.title),
      startsAt: dayOf(first ?? record.date),
      endsAt: last ? dayOf(last) : null,
      timeZone: null,
      place: record.place ?? null,
      languages: [],
      visibility: record.provenance === 'SOURCED' ? 'PUBLIC' : 'NETWORK',
      agenda: (record.agenda ?? []).map((title) => ({ title: inputOf(title) })),
    },
    {
      id: record.id,
      provenance: record.provenance,
      sourceUrl: record.sourceUrl ?? null,
      status: record.status,
      startsAtPrecision: 'DAY',
      participantsStated: String(record.participants),
    },
  );
}

async function loadThread(tx: Transaction, load: Load<unknown>, record: ThreadRecord): Promise<void> {
  const { id, provenance } = record;
  const [opening] = record.posts;
  await startThread(
    tx,
    load.system,
    {
      clientMutationId: id,
      networkIds: record.networks,
      anchor: record.anchor,
      title: inputOf(record.title),
      body: '', // its posts follow, under their own ids
      locale: opening?.locale ?? 'en',
      visibility: record.visibility,
    },
    { id, provenance, seatId: opening?.author ?? null, at: new Date(record.createdAt) },
  );
  for (const { id: postId, author, locale, body, createdAt } of record.posts) {
    const origin = { id: postId, provenance, seatId: author, at: new Date(createdAt) };
    await post(tx, load.system, { clientMutationId: postId, threadId: id, body, locale }, origin);
  }
}
