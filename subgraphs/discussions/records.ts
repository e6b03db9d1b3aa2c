import type { Visibility } from '../../kit/context.ts';
import type { Transaction } from '../../kit/database/open.ts';
import { admit, type Load } from '../../kit/subgraph.ts';
import type { Localized, Provenance, ThematicArea } from '../../kit/types.ts';
import { addKnowledge } from './commands/knowledge.ts';
import { recordReuse } from './commands/knowledge-use.ts';
import { scheduleMeeting, setRsvp } from './commands/meetings.ts';
import { post } from './commands/posts.ts';
import { circulateStatement, draftStatement } from './commands/statements.ts';
import { startThread } from './commands/threads.ts';
import type { KnowledgeKind } from './entities/knowledge.ts';
import type { ExternalRole, MeetingKind, MeetingStatus, Rsvp } from './entities/meeting.ts';

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
  hostCity?: string;
  hostCountry?: string;
  coOrganisers?: string[];
  externalParticipants?: { role: ExternalRole; office: Localized; country?: string }[];
  attendance: { organisation: string; seat: string; rsvp: Rsvp; provenance: Provenance }[];
}

interface KnowledgeRecord {
  id: string;
  networks: string[];
  kind: KnowledgeKind;
  visibility: Visibility;
  organisation: string;
  author: string;
  originalLocale: string;
  texts: Record<string, { title: string; summary: string; body?: string }>;
  tags: string[];
  articles: string[];
  thematicAreas: ThematicArea[];
  activities: string[];
  reviewOn?: string;
  provenance: Provenance;
  sourceUrl?: string;
  createdAt: string;
  reuse: { organisation: string; seat: string; network: string; note?: string; at: string; provenance: Provenance }[];
}

/** A statement that was circulated; none that ships was decided on. */
interface StatementRecord {
  id: string;
  networks: string[];
  visibility: Visibility;
  author: string;
  originalLocale: string;
  texts: Record<string, { title: string; body: string }>;
  forum?: string;
  provenance: Provenance;
  sourceUrl?: string;
  createdAt: string;
  circulatedAt: string;
}

/** seed/discussions.json. */
export interface DiscussionsRecords {
  threads: ThreadRecord[];
  meetings: MeetingRecord[];
  knowledge?: KnowledgeRecord[];
  statements?: StatementRecord[];
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
  return refused + (await loadLibrary(tx, load));
}

/** @returns how many were left out */
async function loadLibrary(tx: Transaction, load: Load<DiscussionsRecords>): Promise<number> {
  const { knowledge = [], statements = [] } = load.records;
  let refused = 0;
  for (const record of admit(load, knowledge).sort(byTime)) {
    await loadKnowledge(tx, load, record);
    const reuse = admit(load, record.reuse);
    refused += record.reuse.length - reuse.length;
    for (const { organisation, seat, network, note, at, provenance } of reuse) {
      const origin = { id: record.id, organisationId: organisation, seatId: seat, provenance, at: new Date(at) };
      const input = { clientMutationId: record.id, knowledgeItemId: record.id, networkId: network, note: note ?? null };
      await recordReuse(tx, load.system, input, origin);
    }
  }
  for (const record of admit(load, statements).sort(byTime)) await loadStatement(tx, load, record);
  const leftOut = (list: readonly { provenance: Provenance }[]) => list.length - admit(load, list).length;
  return refused + leftOut(knowledge) + leftOut(statements);
}

const textsOf = <T>(texts: Record<string, T>) =>
  Object.entries(texts).map(([locale, text]) => ({ locale, ...text, machine: false }));

async function loadKnowledge(tx: Transaction, load: Load<unknown>, record: KnowledgeRecord): Promise<void> {
  const { id, networks, kind, visibility, originalLocale, texts, tags, articles, thematicAreas, activities } = record;
  await addKnowledge(
    tx,
    load.system,
    {
      ...{
        clientMutationId: id,
        networkIds: networks,
        kind,
        visibility,
        originalLocale,
        tags,
        articles,
        thematicAreas,
      },
      texts: textsOf(texts),
      activityIds: activities,
      reviewOn: record.reviewOn ?? null,
    },
    {
      ...{ id, provenance: record.provenance, sourceUrl: record.sourceUrl ?? null, at: new Date(record.createdAt) },
      ...{ seatId: record.author, organisationId: record.organisation },
    },
  );
}

async function loadStatement(tx: Transaction, load: Load<unknown>, record: StatementRecord): Promise<void> {
  const { id, networks, visibility, author, originalLocale, texts, forum, provenance, sourceUrl } = record;
  await draftStatement(
    tx,
    load.system,
    {
      ...{ clientMutationId: id, networkIds: networks, visibility, originalLocale, texts: textsOf(texts) },
      forum: forum ?? null,
    },
    { id, provenance, sourceUrl: sourceUrl ?? null, seatId: author, at: new Date(record.createdAt) },
  );
  const step = { clientMutationId: id, statementId: id, expectedVersion: 1 };
  await circulateStatement(tx, load.system, step, new Date(record.circulatedAt));
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
      hostCity: record.hostCity ?? null,
      hostCountry: record.hostCountry ?? null,
      coOrganiserIds: record.coOrganisers ?? null,
      externalParticipants: (record.externalParticipants ?? []).map(({ role, office, country }) => ({
        ...{ role, office: inputOf(office), country: country ?? null },
      })),
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
