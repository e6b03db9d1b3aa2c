import { Arg, Ctx, Directive, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { LocaleTag } from '../../../kit/scalars.ts';
import { answer, LocalizedText, localize } from '../../../kit/types.ts';
import { scheduleMeeting, setRsvp } from '../commands/meetings.ts';
import type { DiscussionsContext } from '../context.ts';
import { AgendaItem, Attendance, Meeting, type Rsvp, RsvpEnum } from '../entities/meeting.ts';
import { Body, Network, Organisation, Seat, stub } from '../entities/stubs.ts';
import { ScheduleMeetingInput } from '../inputs.ts';
import { mayReadAttendance } from '../policy.ts';
import { MeetingPayload } from './payloads.ts';

@Resolver(() => Meeting)
export class MeetingResolver {
  @Query(() => Meeting, { nullable: true })
  meeting(@Arg('id', () => ID) id: string, @Ctx() { loaders }: DiscussionsContext) {
    return loaders.meeting.load(id);
  }

  @Mutation(() => MeetingPayload)
  scheduleMeeting(
    @Arg('input', () => ScheduleMeetingInput) input: ScheduleMeetingInput,
    @Ctx() context: DiscussionsContext,
  ) {
    return answer('meeting', async () => {
      const id = await context.database.transaction((tx) => scheduleMeeting(tx, context.actor, input));
      return context.loaders.meeting.load(id);
    });
  }

  @Mutation(() => MeetingPayload, { description: 'For your own organisation: GOING, REMOTE or DECLINED.' })
  setRsvp(
    @Arg('meetingId', () => ID) meetingId: string,
    @Arg('rsvp', () => RsvpEnum) rsvp: Rsvp,
    @Ctx() context: DiscussionsContext,
  ) {
    return answer('meeting', async () => {
      await context.database.transaction((tx) => setRsvp(tx, context.actor, { meetingId, rsvp }));
      return context.loaders.meeting.load(meetingId);
    });
  }

  @FieldResolver(() => [Network], { nullable: true })
  @Directive('@listSize(assumedSize: 3)')
  networks(@Root() meeting: Meeting) {
    return meeting.networkIds.map((id) => stub(Network, id));
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

  @FieldResolver(() => [AgendaItem])
  @Directive('@listSize(assumedSize: 10)')
  agenda(@Root() meeting: Meeting) {
    return meeting.agendaItems;
  }

  @FieldResolver(() => [Attendance], {
    description: "For readers of one of the meeting's networks; others find at most their own organisation.",
  })
  @Directive('@listSize(assumedSize: 30)')
  async attendance(@Root() meeting: Meeting, @Ctx() { actor, loaders }: DiscussionsContext) {
    const all = await loaders.attendance.load(meeting.id);
    return all.filter(({ organisationId }) => mayReadAttendance(actor, meeting, organisationId));
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
}

@Resolver(() => Attendance)
export class AttendanceResolver {
  @FieldResolver(() => Organisation, { nullable: true })
  organisation(@Root() { organisationId }: Attendance) {
    return stub(Organisation, organisationId);
  }

  @FieldResolver(() => Seat, { nullable: true })
  seat(@Root() { seatId }: Attendance) {
    return seatId === null ? null : stub(Seat, seatId);
  }
}
