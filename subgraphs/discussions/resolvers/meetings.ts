import { Arg, Ctx, Directive, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { ApiError } from '../../../kit/errors.ts';
import { fileUrl } from '../../../kit/files.ts';
import { DateOnly, DateTime, LocaleTag } from '../../../kit/scalars.ts';
import { LocalizedText, localize } from '../../../kit/types.ts';
import { calendarIdOf, calendarName } from '../calendar.ts';
import type { DiscussionsContext } from '../context.ts';
import { Decision } from '../entities/decision.ts';
import { KnowledgeItem } from '../entities/knowledge.ts';
import {
  AgendaItem,
  Attendance,
  ExternalParticipant,
  LocalTimes,
  Meeting,
  MeetingFile,
  type Rsvp,
  RsvpEnum,
  WebLink,
} from '../entities/meeting.ts';
import { Minutes } from '../entities/minutes.ts';
import { Body, Country, Network, Organisation, Seat, stub } from '../entities/stubs.ts';
import { Thread } from '../entities/thread.ts';
import { mayReadInside, mayReadMinutes } from '../meeting-policy.ts';
import { mayReadAttendance } from '../policy.ts';
import { daysOf, inZone, isTimeZone } from '../times.ts';

const asCountry = (code: string | null) => (code === null ? null : Object.assign(new Country(), { code }));

@Resolver(() => Meeting)
export class MeetingResolver {
  @Query(() => Meeting, { nullable: true })
  meeting(@Arg('id', () => ID) id: string, @Ctx() { loaders }: DiscussionsContext) {
    return loaders.meeting.load(id);
  }

  @FieldResolver(() => [Network], { nullable: true })
  @Directive('@listSize(assumedSize: 3)')
  networks(@Root() meeting: Meeting) {
    return meeting.networkIds.map((id) => stub(Network, id));
  }

  @FieldResolver(() => [Network], {
    nullable: true,
    description:
      'Of a draft: whose conveners have agreed to it as it is. It is announced when all of its networks have.',
  })
  @Directive('@listSize(assumedSize: 3)')
  agreedNetworks(@Root() meeting: Meeting) {
    return meeting.agreedNetworkIds.map((id) => stub(Network, id));
  }

  @FieldResolver(() => Body, { nullable: true })
  body(@Root() meeting: Meeting) {
    return meeting.bodyId === null ? null : stub(Body, meeting.bodyId);
  }

  @FieldResolver(() => LocalizedText)
  title(
    @Root() meeting: Meeting,
    @Arg('locale', () => LocaleTag, { nullable: true }) locale: string | null,
  ): LocalizedText | null {
    return localize(meeting.titles, locale);
  }

  @FieldResolver(() => Country, { nullable: true })
  hostCountry(@Root() meeting: Meeting) {
    return asCountry(meeting.hostCountryCode);
  }

  @FieldResolver(() => [Organisation], { nullable: true, description: 'Organisations that hold it with its networks.' })
  @Directive('@listSize(assumedSize: 3)')
  coOrganisers(@Root() meeting: Meeting) {
    return meeting.coOrganiserIds.map((id) => stub(Organisation, id));
  }

  @FieldResolver(() => LocalTimes, {
    nullable: true,
    description:
      'When it is by the clocks of a time zone: yours, or left out the meeting’s own. null where no time is set.',
  })
  localTimes(
    @Root() meeting: Meeting,
    @Arg('timeZone', () => String, { nullable: true, description: 'IANA name: America/Lima.' }) timeZone: string | null,
  ): LocalTimes | null {
    if (timeZone != null && !isTimeZone(timeZone)) throw new ApiError('BAD_USER_INPUT', 'timeZone: not an IANA name.');
    const { startsAt, endsAt, startsAtPrecision } = meeting;
    if (!startsAt) return null;
    const zone = timeZone ?? meeting.timeZone ?? 'UTC';
    // A day is the same day everywhere: nobody knows its hours.
    const show = (at: Date) => (startsAtPrecision === 'DAY' ? at.toISOString().slice(0, 10) : inZone(at, zone));
    const times = { startsAt: show(startsAt), endsAt: endsAt ? show(endsAt) : null, timeZone: zone };
    return Object.assign(new LocalTimes(), times);
  }

  @FieldResolver(() => [DateOnly], { description: 'The days that it takes up, where it is held; at most 60.' })
  days(@Root() { startsAt, endsAt, startsAtPrecision, timeZone }: Meeting): string[] {
    if (!startsAt) return [];
    // Of days alone, `endsAt` is the last of them, and not its end.
    if (startsAtPrecision === 'DAY') return daysOf(startsAt, endsAt && new Date(endsAt.getTime() + 1), 'UTC');
    return daysOf(startsAt, endsAt, timeZone ?? 'UTC');
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'How to take part from afar; for readers of its networks, or its group.',
  })
  joinInfo(@Root() meeting: Meeting, @Ctx() { actor }: DiscussionsContext) {
    return mayReadInside(actor, meeting) ? meeting.joinText : null;
  }

  @FieldResolver(() => [AgendaItem])
  @Directive('@listSize(assumedSize: 10)')
  agenda(@Root() meeting: Meeting) {
    return meeting.agendaItems.map((item) => Object.assign(new AgendaItem(), item, { meeting }));
  }

  @FieldResolver(() => [Attendance], {
    description: "For readers of one of the meeting's networks; others find at most their own organisation.",
  })
  @Directive('@listSize(assumedSize: 30)')
  async attendance(@Root() meeting: Meeting, @Ctx() { actor, loaders }: DiscussionsContext) {
    const all = await loaders.attendance.load(meeting.id);
    const inside = mayReadInside(actor, meeting);
    return all.filter(({ alias, organisationId }) =>
      alias == null ? mayReadAttendance(actor, meeting, organisationId) : inside,
    );
  }

  @FieldResolver(() => RsvpEnum, { nullable: true, description: 'Of your own organisation.' })
  async viewerRsvp(@Root() meeting: Meeting, @Ctx() { actor, loaders }: DiscussionsContext): Promise<Rsvp | null> {
    const all = await loaders.attendance.load(meeting.id);
    const { organisationId: own } = actor;
    return all.find(({ organisationId }) => own !== undefined && organisationId === own)?.rsvp ?? null;
  }

  @FieldResolver(() => [ExternalParticipant], {
    description: 'Who takes part without an account, by office; for readers of its networks, or its group.',
  })
  @Directive('@listSize(assumedSize: 5)')
  externalParticipants(@Root() meeting: Meeting, @Ctx() { actor }: DiscussionsContext) {
    if (!mayReadInside(actor, meeting)) return [];
    return meeting.externals.map((one) => Object.assign(new ExternalParticipant(), one));
  }

  @FieldResolver(() => [WebLink], { description: 'Related events, recordings, sources.' })
  @Directive('@listSize(assumedSize: 3)')
  links(@Root() meeting: Meeting) {
    return meeting.webLinks.map((one) => Object.assign(new WebLink(), one));
  }

  @FieldResolver(() => [KnowledgeItem], { description: 'Items of the library that belong to it: those you may read.' })
  @Directive('@listSize(assumedSize: 5)')
  async materials(@Root() meeting: Meeting, @Ctx() { loaders }: DiscussionsContext) {
    const items = await loaders.knowledgeItem.loadMany(meeting.materialIds);
    return items.filter((item) => item !== null && !(item instanceof Error));
  }

  @FieldResolver(() => Minutes, {
    nullable: true,
    description: 'Those adopted; else, for readers of its networks or its group, the newest draft.',
  })
  async minutes(@Root() meeting: Meeting, @Ctx() context: DiscussionsContext) {
    const all = await this.minutesVersions(meeting, context);
    return all.find(({ adoptedAt }) => adoptedAt !== null) ?? all.at(-1) ?? null;
  }

  @FieldResolver(() => [Minutes], { description: 'Every version that you may read, first to newest.' })
  @Directive('@listSize(assumedSize: 3)')
  async minutesVersions(@Root() meeting: Meeting, @Ctx() { actor, loaders }: DiscussionsContext) {
    const all = await loaders.minutes.load(meeting.id);
    const shown = all.filter((minutes) => mayReadMinutes(actor, meeting, minutes));
    return shown.map((minutes) => Object.assign(minutes, { meeting }));
  }

  @FieldResolver(() => [Decision], {
    description: 'On this meeting or its minutes: those you may see, newest first; at most 100.',
  })
  @Directive('@listSize(assumedSize: 3)')
  decisions(@Root() meeting: Meeting, @Ctx() { loaders }: DiscussionsContext) {
    return loaders.decisionsOfSubject({ limit: 100 }).load(`Meeting ${meeting.id}`);
  }

  @FieldResolver(() => MeetingFile, {
    nullable: true,
    description: 'For a calendar (iCalendar); null of a meeting without a time.',
  })
  calendarFile(@Root() meeting: Meeting): MeetingFile | null {
    if (!meeting.startsAt) return null;
    const url = fileUrl('discussions', calendarIdOf(meeting.id));
    return Object.assign(new MeetingFile(), { url, name: calendarName, mediaType: 'text/calendar' });
  }
}

@Resolver(() => AgendaItem)
export class AgendaItemResolver {
  @FieldResolver(() => LocalizedText)
  title(
    @Root() item: AgendaItem,
    @Arg('locale', () => LocaleTag, { nullable: true }) locale: string | null,
  ): LocalizedText | null {
    return localize(item.titles, locale);
  }

  @FieldResolver(() => Seat, {
    nullable: true,
    description: 'Who presents it; for readers of its networks, or its group.',
  })
  presenter(@Root() { presenterSeatId, meeting }: AgendaItem, @Ctx() { actor }: DiscussionsContext) {
    return presenterSeatId != null && mayReadInside(actor, meeting) ? stub(Seat, presenterSeatId) : null;
  }

  @FieldResolver(() => DateTime, { nullable: true })
  startsAt(@Root() item: AgendaItem): Date | null {
    return item.startsAt ? new Date(item.startsAt) : null;
  }

  @FieldResolver(() => Thread, {
    nullable: true,
    description:
      'Where it is talked about, if you may read that: the thread named, or the latest on the meeting whose `anchorField` is this item’s id.',
  })
  async thread(@Root() { id, threadId, meeting }: AgendaItem, @Ctx() { loaders }: DiscussionsContext) {
    if (threadId != null) return loaders.thread.load(threadId);
    const threads = await loaders.threadsOfAnchor({ status: null, limit: 100 }).load(`Meeting ${meeting.id}`);
    return threads.find(({ anchorField }) => anchorField === id) ?? null;
  }
}

@Resolver(() => Attendance)
export class AttendanceResolver {
  @FieldResolver(() => Organisation, { nullable: true })
  organisation(@Root() { organisationId }: Attendance) {
    return organisationId === null ? null : stub(Organisation, organisationId);
  }

  @FieldResolver(() => Seat, { nullable: true })
  seat(@Root() { seatId }: Attendance) {
    return seatId === null ? null : stub(Seat, seatId);
  }
}

@Resolver(() => ExternalParticipant)
export class ExternalParticipantResolver {
  @FieldResolver(() => LocalizedText)
  office(
    @Root() { offices }: ExternalParticipant,
    @Arg('locale', () => LocaleTag, { nullable: true }) locale: string | null,
  ): LocalizedText | null {
    return localize(offices, locale);
  }

  @FieldResolver(() => Country, { nullable: true })
  country(@Root() { country }: ExternalParticipant) {
    return asCountry(country);
  }
}

@Resolver(() => WebLink)
export class WebLinkResolver {
  @FieldResolver(() => LocalizedText)
  title(
    @Root() { titles }: WebLink,
    @Arg('locale', () => LocaleTag, { nullable: true }) locale: string | null,
  ): LocalizedText | null {
    return localize(titles, locale);
  }
}

@Resolver(() => Minutes)
export class MinutesResolver {
  @FieldResolver(() => LocalizedText)
  text(
    @Root() { texts, originalLocale }: Minutes,
    @Arg('locale', () => LocaleTag, { nullable: true }) locale: string | null,
  ): LocalizedText | null {
    return localize(texts, locale, originalLocale);
  }

  @FieldResolver(() => [LocaleTag])
  locales(@Root() { texts }: Minutes): string[] {
    return Object.keys(texts).sort();
  }

  @FieldResolver(() => Seat, { nullable: true, description: 'For readers of its networks, or its group.' })
  writtenBy(@Root() { writtenBySeatId, meeting }: Minutes, @Ctx() { actor }: DiscussionsContext) {
    return mayReadInside(actor, meeting) ? stub(Seat, writtenBySeatId) : null;
  }

  @FieldResolver(() => [Decision], { description: 'That adopted it: those you may see.' })
  @Directive('@listSize(assumedSize: 2)')
  async decisions(@Root() { decisionIds }: Minutes, @Ctx() { loaders }: DiscussionsContext) {
    const found = await loaders.decision.loadMany(decisionIds);
    return found.filter((decision) => decision !== null && !(decision instanceof Error));
  }
}
