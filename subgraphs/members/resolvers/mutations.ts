import { Arg, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import type { Role } from '../../../kit/context.ts';
import { reviewApplication, withdrawMembership } from '../commands/memberships.ts';
import { assignRole, revokeRole } from '../commands/roles.ts';
import { type MembersContext, run } from '../context.ts';
import { MembershipPayload, SeatPayload } from '../entities/answers.ts';
import { RoleEnum } from '../entities/seat.ts';
import { AssignRoleInput, ReviewApplicationInput } from '../inputs.ts';
import { answerMembership, answerSeat } from './payloads.ts';

const sentAgain = 'Under which a call that is sent again, since its answer was lost, is done once.';

@Resolver()
export class MembershipMutations {
  @Mutation(() => MembershipPayload, {
    description:
      'Moves a membership along its states. The coordinator prepares, the Steering Committee decides (where there is none, the coordinator), the safety officer may decline or suspend. To admit an applicant: two sponsors that have confirmed, a recorded check, and, where there is a committee, a decision on the contentHash. A suspended membership is ended by a decision on its contentHash; leaving is the member’s own act (withdrawMembership).',
  })
  reviewApplication(
    @Arg('input', () => ReviewApplicationInput) input: ReviewApplicationInput,
    @Ctx() context: MembersContext,
  ) {
    return answerMembership(context, () => run(context, (tx) => reviewApplication(tx, context.actor, input)));
  }

  @Mutation(() => MembershipPayload, {
    description: 'The organisation leaves the network, or takes its application back.',
  })
  withdrawMembership(
    @Arg('membershipId', () => ID) membershipId: string,
    @Arg('clientMutationId', () => ID, { nullable: true, description: sentAgain }) clientMutationId: string | null,
    @Ctx() context: MembersContext,
  ) {
    return answerMembership(context, () =>
      run(context, (tx) => withdrawMembership(tx, context.actor, membershipId, undefined, clientMutationId)),
    );
  }
}

@Resolver()
export class RoleMutations {
  @Mutation(() => SeatPayload, {
    description: 'The Steering Committee assigns any role in its network; the coordinator, roles within groups.',
  })
  assignRole(@Arg('input', () => AssignRoleInput) input: AssignRoleInput, @Ctx() context: MembersContext) {
    return answerSeat(context, () => run(context, (tx) => assignRole(tx, context.actor, input)));
  }

  @Mutation(() => SeatPayload, {
    description: 'Ends a role at once; without bodyId, in the network and in all its bodies.',
  })
  revokeRole(
    @Arg('seatId', () => ID) seatId: string,
    @Arg('role', () => RoleEnum) role: Role,
    @Arg('networkId', () => ID) networkId: string,
    @Arg('bodyId', () => ID, { nullable: true }) bodyId: string | null | undefined,
    @Arg('clientMutationId', () => ID, { nullable: true, description: sentAgain }) clientMutationId: string | null,
    @Ctx() context: MembersContext,
  ) {
    return answerSeat(context, () =>
      run(context, (tx) =>
        revokeRole(tx, context.actor, { clientMutationId, seatId, role, networkId, bodyId: bodyId ?? null }),
      ),
    );
  }
}
