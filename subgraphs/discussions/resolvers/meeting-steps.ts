import { Arg, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import type { Transaction } from '../../../kit/database/open.ts';
import { answer } from '../../../kit/types.ts';
import { recordAttendance } from '../commands/meeting-attendance.ts';
import {
  agreeToMeeting,
  announceMeeting,
  cancelMeeting,
  changeAgenda,
  changeMeeting,
  closeMeeting,
  openMeeting,
  setMeetingMaterials,
} from '../commands/meeting-steps.ts';
import { draftMeeting, scheduleMeeting, setRsvp } from '../commands/meetings.ts';
import { adoptMinutes, writeMinutes } from '../commands/minutes.ts';
import type { DiscussionsContext } from '../context.ts';
import { type Rsvp, RsvpEnum } from '../entities/meeting.ts';
import {
  AdoptMinutesInput,
  CancelMeetingInput,
  ChangeAgendaInput,
  ChangeMeetingInput,
  DraftMeetingInput,
  MeetingStepInput,
  RecordAttendanceInput,
  ScheduleMeetingInput,
  SetMeetingMaterialsInput,
  WriteMinutesInput,
} from '../meeting-inputs.ts';
import { MeetingPayload } from './payloads.ts';

/** Runs a command in a transaction, then answers with the meeting as it is now, whatever this request has read of it before. */
const answerMeeting = ({ database, loaders }: DiscussionsContext, command: (tx: Transaction) => Promise<string>) =>
  answer('meeting', async () => {
    const id = await database.transaction(command);
    for (const loader of [loaders.meeting, loaders.attendance, loaders.minutes]) loader.clear(id);
    return loaders.meeting.load(id);
  });

const byConveners = 'By a coordinator or steering member of one of its networks, or its group’s lead.';

@Resolver()
export class MeetingStepsResolver {
  @Mutation(() => MeetingPayload, {
    description:
      'By a coordinator or steering member of every network named, or a lead in the own group: announced at once.',
  })
  scheduleMeeting(
    @Arg('input', () => ScheduleMeetingInput) input: ScheduleMeetingInput,
    @Ctx() context: DiscussionsContext,
  ) {
    return answerMeeting(context, (tx) => scheduleMeeting(tx, context.actor, input));
  }

  @Mutation(() => MeetingPayload, {
    description:
      'Seen by its conveners alone until it is announced. A meeting of several networks is drafted by one of them, and the others agree. ' +
      byConveners,
  })
  draftMeeting(@Arg('input', () => DraftMeetingInput) input: DraftMeetingInput, @Ctx() context: DiscussionsContext) {
    return answerMeeting(context, (tx) => draftMeeting(tx, context.actor, input));
  }

  @Mutation(() => MeetingPayload, {
    description:
      'What is left out stays, null empties. Until it opens; in a draft the other networks have to agree again. Agenda items move with the time. ' +
      byConveners,
  })
  changeMeeting(@Arg('input', () => ChangeMeetingInput) input: ChangeMeetingInput, @Ctx() context: DiscussionsContext) {
    return answerMeeting(context, (tx) => changeMeeting(tx, context.actor, input));
  }

  @Mutation(() => MeetingPayload, { description: `Until it opens. ${byConveners}` })
  changeAgenda(@Arg('input', () => ChangeAgendaInput) input: ChangeAgendaInput, @Ctx() context: DiscussionsContext) {
    return answerMeeting(context, (tx) => changeAgenda(tx, context.actor, input));
  }

  @Mutation(() => MeetingPayload, {
    description: 'To a draft as it is, for the networks that you coordinate or steer.',
  })
  agreeToMeeting(@Arg('input', () => MeetingStepInput) input: MeetingStepInput, @Ctx() context: DiscussionsContext) {
    return answerMeeting(context, (tx) => agreeToMeeting(tx, context.actor, input));
  }

  @Mutation(() => MeetingPayload, {
    description: `DRAFT to SCHEDULED, when every one of its networks has agreed. ${byConveners}`,
  })
  announceMeeting(@Arg('input', () => MeetingStepInput) input: MeetingStepInput, @Ctx() context: DiscussionsContext) {
    return answerMeeting(context, (tx) => announceMeeting(tx, context.actor, input));
  }

  @Mutation(() => MeetingPayload, {
    description: `SCHEDULED to CANCELLED; a draft is given up unheard. ${byConveners}`,
  })
  cancelMeeting(@Arg('input', () => CancelMeetingInput) input: CancelMeetingInput, @Ctx() context: DiscussionsContext) {
    return answerMeeting(context, (tx) => cancelMeeting(tx, context.actor, input));
  }

  @Mutation(() => MeetingPayload, {
    description: `SCHEDULED to OPEN, from a day before it begins: the agenda is fixed. ${byConveners}`,
  })
  openMeeting(@Arg('input', () => MeetingStepInput) input: MeetingStepInput, @Ctx() context: DiscussionsContext) {
    return answerMeeting(context, (tx) => openMeeting(tx, context.actor, input));
  }

  @Mutation(() => MeetingPayload, { description: `OPEN to CLOSED. ${byConveners}` })
  closeMeeting(@Arg('input', () => MeetingStepInput) input: MeetingStepInput, @Ctx() context: DiscussionsContext) {
    return answerMeeting(context, (tx) => closeMeeting(tx, context.actor, input));
  }

  @Mutation(() => MeetingPayload, { description: `Training materials and recordings, before or after. ${byConveners}` })
  setMeetingMaterials(
    @Arg('input', () => SetMeetingMaterialsInput) input: SetMeetingMaterialsInput,
    @Ctx() context: DiscussionsContext,
  ) {
    return answerMeeting(context, (tx) => setMeetingMaterials(tx, context.actor, input));
  }

  @Mutation(() => MeetingPayload, {
    description: `Invites organisations, or writes down who came, by organisation or alias, until minutes are adopted. ${byConveners}`,
  })
  recordAttendance(
    @Arg('input', () => RecordAttendanceInput) input: RecordAttendanceInput,
    @Ctx() context: DiscussionsContext,
  ) {
    return answerMeeting(context, (tx) => recordAttendance(tx, context.actor, input));
  }

  @Mutation(() => MeetingPayload, {
    description: `Of a closed meeting: a new version, until one is adopted. To be adopted it needs a decision on its hash. ${byConveners}`,
  })
  writeMinutes(@Arg('input', () => WriteMinutesInput) input: WriteMinutesInput, @Ctx() context: DiscussionsContext) {
    return answerMeeting(context, (tx) => writeMinutes(tx, context.actor, input));
  }

  @Mutation(() => MeetingPayload, {
    description: `MINUTES_DRAFT to MINUTES_ADOPTED, as every network of the meeting, or its body, has decided. By a coordinator or steering member of one of its networks; of what is for a group alone, by its lead.`,
  })
  adoptMinutes(@Arg('input', () => AdoptMinutesInput) input: AdoptMinutesInput, @Ctx() context: DiscussionsContext) {
    return answerMeeting(context, (tx) => adoptMinutes(tx, context.actor, input));
  }

  @Mutation(() => MeetingPayload, { description: 'For your own organisation: GOING, REMOTE or DECLINED.' })
  setRsvp(
    @Arg('meetingId', () => ID) meetingId: string,
    @Arg('rsvp', () => RsvpEnum) rsvp: Rsvp,
    @Ctx() context: DiscussionsContext,
  ) {
    return answerMeeting(context, (tx) => setRsvp(tx, context.actor, { meetingId, rsvp }));
  }
}
