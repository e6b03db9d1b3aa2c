import { ulid } from 'ulid';
import type { Actor } from '../../../kit/context.ts';
import type { Transaction } from '../../../kit/database/open.ts';
import { invalid, type Localized, type LocalizedInput } from '../../../kit/types.ts';
import type { ExternalParticipant, Meeting, WebLink } from '../entities/meeting.ts';
import type { AgendaItemInput, ChangeMeetingInput, ExternalParticipantInput, WebLinkInput } from '../meeting-inputs.ts';
import { checkId, checkText, checkTexts, isBlank, titleLimit } from '../text.ts';
import { isTimeZone } from '../times.ts';
import { findThread } from './find.ts';

const longestMeeting = 31 * 86_400_000; // ms
const furthest = 10 * 366 * 86_400_000; // ms
const textLimit = 2_000; // characters
const officeLimit = 200; // characters

/** What of a meeting its conveners enter, without the agenda. */
export type Details = Partial<Omit<ChangeMeetingInput, 'clientMutationId' | 'meetingId' | 'expectedVersion'>>;

/** @throws Problem ValidationError when there is no text in any language */
export function checkTitle(texts: readonly LocalizedInput[], limit: number, ...path: string[]): Localized {
  const checked = checkTexts(texts, limit, ...path);
  if (Object.keys(checked).length === 0) throw invalid(`${path.at(-1)}: it is empty.`, ...path);
  return checked;
}

/** A text as it is kept, or null where there is none. */
export function checkLine(text: string | null | undefined, limit: number, ...path: string[]): string | null {
  const clean = checkText(text ?? '', limit, ...path);
  return isBlank(clean) ? null : clean.trim();
}

/**
 * What an input says of a meeting, as columns; what it does not name is not among them, and null empties.
 * @throws Problem ValidationError with the path of the field at fault
 */
export function checkDetails(input: Details): Partial<Meeting> {
  const at = (field: string) => ['input', field];
  const { title, languages } = input;
  if (languages && languages.length > 20) throw invalid('languages: at most 20.', ...at('languages'));
  if (input.timeZone != null && !isTimeZone(input.timeZone)) {
    throw invalid('timeZone: not an IANA name.', ...at('timeZone'));
  }
  const coOrganiserIds = [...new Set(input.coOrganiserIds ?? [])];
  if (coOrganiserIds.length > 20) throw invalid('coOrganiserIds: at most 20.', ...at('coOrganiserIds'));
  for (const id of coOrganiserIds) checkId(id, ...at('coOrganiserIds'));
  return {
    ...(title != null && { titles: checkTitle(title, titleLimit, ...at('title')) }),
    ...(input.startsAt !== undefined && { startsAt: input.startsAt }),
    ...(input.endsAt !== undefined && { endsAt: input.endsAt }),
    ...(input.timeZone !== undefined && { timeZone: input.timeZone }),
    ...(input.place !== undefined && { place: checkLine(input.place, titleLimit, ...at('place')) }),
    ...(input.hostCity !== undefined && { hostCity: checkLine(input.hostCity, titleLimit, ...at('hostCity')) }),
    ...(input.hostCountry !== undefined && { hostCountryCode: input.hostCountry }),
    ...(languages != null && { languages: [...new Set(languages)] }),
    ...(input.interpretation !== undefined && { interpretation: input.interpretation }),
    ...(input.joinInfo !== undefined && { joinText: checkLine(input.joinInfo, textLimit, ...at('joinInfo')) }),
    ...(input.coOrganiserIds !== undefined && { coOrganiserIds }),
    ...(input.externalParticipants !== undefined && { externals: checkExternals(input.externalParticipants ?? []) }),
    ...(input.links !== undefined && { webLinks: checkLinks(input.links ?? [], 'input', 'links') }),
  };
}

/** @throws Problem ValidationError unless it begins in the future and ends after that, within a month */
export function checkTimes({ startsAt, endsAt }: Pick<Meeting, 'startsAt' | 'endsAt'>, now = new Date()): void {
  if (startsAt && startsAt <= now) throw invalid('startsAt: it is in the past.', 'input', 'startsAt');
  if (startsAt && startsAt.getTime() - now.getTime() > furthest) {
    throw invalid('startsAt: within ten years.', 'input', 'startsAt');
  }
  if (!endsAt) return;
  if (!startsAt) throw invalid('startsAt: it ends, but does not begin.', 'input', 'startsAt');
  if (endsAt <= startsAt) throw invalid('endsAt: it is not after startsAt.', 'input', 'endsAt');
  if (endsAt.getTime() - startsAt.getTime() > longestMeeting)
    throw invalid('endsAt: at most 31 days.', 'input', 'endsAt');
}

/** Titles and addresses by which people are named. */
const person =
  /^(mr|mrs|ms|mx|miss|dr|dra|prof|hon|h\.\s?e|sir|sr|sra|srta|don|doña|m|mme|mlle|me|dom|dona)\.?\s|@|https?:/iu;

function checkExternals(inputs: readonly ExternalParticipantInput[]): ExternalParticipant[] {
  if (inputs.length > 50) {
    throw invalid('externalParticipants: at most 50.', 'input', 'externalParticipants');
  }
  return inputs.map(({ role, office, country }, index) => {
    const path = ['input', 'externalParticipants', `${index}`, 'office'];
    const offices = checkTitle(office, officeLimit, ...path);
    if (Object.values(offices).some((text) => person.test(text.trim()))) {
      throw invalid('office: name the office, not a person.', ...path);
    }
    return { id: `external-${index + 1}`, role, offices, country: country ?? null };
  });
}

/** Where most of the world keeps recordings, and how their files end. */
const recording = /^(www\.|m\.)?(youtube\.com|youtu\.be|vimeo\.com)$/;
const recordingFile = /\.(mp4|m4v|webm|mov|avi|mkv|mp3|m4a|ogg|oga|wav)$/i;

/** @throws Problem ValidationError with the path of the field at fault */
export function checkLinks(inputs: readonly WebLinkInput[], ...path: string[]): WebLink[] {
  if (inputs.length > 20) throw invalid(`${path.at(-1)}: at most 20.`, ...path);
  return inputs.map(({ url, title, textAlternative }, index) => {
    const at = (field: string) => [...path, `${index}`, field];
    const parsed = URL.canParse(url) ? new URL(url) : null;
    const web = parsed?.protocol === 'https:' || parsed?.protocol === 'http:';
    if (!parsed || !web || parsed.username !== '' || parsed.password !== '' || url.length > 2_000) {
      throw invalid('url: an address of the web that begins with https://.', ...at('url'));
    }
    const text = checkLine(textAlternative, textLimit, ...at('textAlternative'));
    if (text === null && (recording.test(parsed.hostname) || recordingFile.test(parsed.pathname))) {
      throw invalid('textAlternative: say in words what the recording holds.', ...at('textAlternative'));
    }
    return { url: parsed.href, titles: checkTitle(title, titleLimit, ...at('title')), textAlternative: text };
  });
}

/**
 * An agenda as it is kept. An item that names one of `before` keeps its id, under which threads may hang on it.
 * @throws Problem ValidationError with the path of the field at fault
 */
export async function checkAgenda(
  tx: Transaction,
  actor: Actor,
  items: readonly AgendaItemInput[],
  meeting: Pick<Meeting, 'id' | 'startsAt' | 'endsAt' | 'agendaItems'>,
): Promise<Meeting['agendaItems']> {
  if (items.length > 50) throw invalid('agenda: at most 50 items.', 'input', 'agenda');
  const known = new Set(meeting.agendaItems.map(({ id }) => id));
  const agenda: Meeting['agendaItems'] = [];
  for (const [index, item] of items.entries()) {
    const at = (field: string) => ['input', 'agenda', `${index}`, field];
    const titles = checkTitle(item.title, titleLimit, ...at('title'));
    const minutesAllotted = item.minutesAllotted ?? null;
    if (minutesAllotted !== null && (minutesAllotted < 1 || minutesAllotted > 1_440)) {
      throw invalid('minutesAllotted: between 1 and 1,440.', ...at('minutesAllotted'));
    }
    if (item.id != null && !known.delete(item.id)) {
      throw invalid('id: no item of this agenda, or named twice.', ...at('id'));
    }
    if (item.presenterSeatId != null) checkId(item.presenterSeatId, ...at('presenterSeatId'));
    if (item.threadId != null) await checkThread(tx, actor, item.threadId, ...at('threadId'));
    checkWithin(item.startsAt ?? null, meeting, ...at('startsAt'));
    agenda.push({
      id:
        item.id ??
        (meeting.agendaItems.length > 0 ? `${meeting.id}/agenda-${ulid()}` : `${meeting.id}/agenda-${index + 1}`),
      titles,
      minutesAllotted,
      presenterSeatId: item.presenterSeatId ?? null,
      threadId: item.threadId ?? null,
      startsAt: item.startsAt?.toISOString() ?? null,
    });
  }
  return agenda;
}

async function checkThread(tx: Transaction, actor: Actor, threadId: string, ...path: string[]): Promise<void> {
  await findThread(tx, actor, threadId).catch(() => {
    throw invalid('threadId: there is no such thread, or you may not see it.', ...path);
  });
}

function checkWithin(
  at: Date | null,
  { startsAt, endsAt }: Pick<Meeting, 'startsAt' | 'endsAt'>,
  ...path: string[]
): void {
  if (at === null) return;
  if (!startsAt || at < startsAt || (endsAt && at >= endsAt)) {
    throw invalid('startsAt: it is not within the meeting.', ...path);
  }
}

/** The agenda moves with its meeting. @throws Problem ValidationError when an item would be left outside */
export function moveAgenda(
  before: Pick<Meeting, 'startsAt' | 'agendaItems'>,
  after: Pick<Meeting, 'startsAt' | 'endsAt'>,
): Meeting['agendaItems'] {
  const shift = (after.startsAt?.getTime() ?? 0) - (before.startsAt?.getTime() ?? 0);
  return before.agendaItems.map((item) => {
    if (!item.startsAt) return item;
    const at = new Date(Date.parse(item.startsAt) + shift);
    checkWithin(at, after, 'input', after.startsAt ? 'endsAt' : 'startsAt');
    return { ...item, startsAt: at.toISOString() };
  });
}
