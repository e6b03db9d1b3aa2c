import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import {
  acceptInvitation,
  answerReview,
  appealDecline,
  applyForMembership,
  inviteOrganisation,
} from '../commands/applications.ts';
import { checkApplicant } from '../commands/memberships.ts';
import { answerSponsorship, askSponsors } from '../commands/sponsors.ts';
import { type MembersContext, run } from '../context.ts';
import { MembershipPayload } from '../entities/answers.ts';
import {
  AcceptInvitationInput,
  AnswerReviewInput,
  AnswerSponsorshipInput,
  AppealInput,
  ApplyInput,
  AskSponsorsInput,
  CheckApplicantInput,
  InviteInput,
} from '../inputs.ts';
import { answerMembership } from './payloads.ts';

@Resolver()
export class ApplicationMutations {
  @Mutation(() => MembershipPayload, {
    description:
      'Enters an application, APPLIED: by a person without a seat or a coordinator of the network, for an organisation that is recorded with it; or by a seat that speaks for its organisation, in another network.',
  })
  applyForMembership(@Arg('input', () => ApplyInput) input: ApplyInput, @Ctx() context: MembersContext) {
    return answerMembership(context, () => run(context, (tx) => applyForMembership(tx, context.actor, input)));
  }

  @Mutation(() => MembershipPayload, {
    description:
      'Invites an organisation, INVITED. Whom `subject` names may sign in and accept. By a coordinator or steering member; in a network that nobody leads yet, by the operator.',
  })
  inviteOrganisation(@Arg('input', () => InviteInput) input: InviteInput, @Ctx() context: MembersContext) {
    return answerMembership(context, () => run(context, (tx) => inviteOrganisation(tx, context.actor, input)));
  }

  @Mutation(() => MembershipPayload, { description: 'Who was invited applies. To say no: withdrawMembership.' })
  acceptInvitation(
    @Arg('input', () => AcceptInvitationInput) input: AcceptInvitationInput,
    @Ctx() context: MembersContext,
  ) {
    return answerMembership(context, () => run(context, (tx) => acceptInvitation(tx, context.actor, input)));
  }

  @Mutation(() => MembershipPayload, {
    description: 'The applicant answers what was asked: MORE_INFO to UNDER_REVIEW.',
  })
  answerReview(@Arg('input', () => AnswerReviewInput) input: AnswerReviewInput, @Ctx() context: MembersContext) {
    return answerMembership(context, () => run(context, (tx) => answerReview(tx, context.actor, input)));
  }

  @Mutation(() => MembershipPayload, {
    description: 'The applicant asks for another look, once, within 30 days: DECLINED to UNDER_REVIEW.',
  })
  appealDecline(@Arg('input', () => AppealInput) input: AppealInput, @Ctx() context: MembersContext) {
    return answerMembership(context, () => run(context, (tx) => appealDecline(tx, context.actor, input)));
  }

  @Mutation(() => MembershipPayload, { description: 'The applicant asks members of the network to vouch for it.' })
  askSponsors(@Arg('input', () => AskSponsorsInput) input: AskSponsorsInput, @Ctx() context: MembersContext) {
    return answerMembership(context, () => run(context, (tx) => askSponsors(tx, context.actor, input)));
  }

  @Mutation(() => MembershipPayload, {
    description: 'A member that was asked to vouch for an applicant confirms or refuses, by a seat that speaks for it.',
  })
  answerSponsorship(
    @Arg('input', () => AnswerSponsorshipInput) input: AnswerSponsorshipInput,
    @Ctx() context: MembersContext,
  ) {
    return answerMembership(context, () => run(context, (tx) => answerSponsorship(tx, context.actor, input)));
  }

  @Mutation(() => MembershipPayload, { description: 'Records that the network has made sure of who applies.' })
  checkApplicant(@Arg('input', () => CheckApplicantInput) input: CheckApplicantInput, @Ctx() context: MembersContext) {
    return answerMembership(context, () => run(context, (tx) => checkApplicant(tx, context.actor, input)));
  }
}
