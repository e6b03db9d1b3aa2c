import { Arg, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import type { Role } from '../../../kit/context.ts';
import { answer } from '../../../kit/types.ts';
import { applyForMembership, reviewApplication, withdrawMembership } from '../commands/memberships.ts';
import { assignRole, revokeRole } from '../commands/roles.ts';
import { type MembersContext, run } from '../context.ts';
import { MembershipPayload, SeatPayload } from '../entities/answers.ts';
import { RoleEnum } from '../entities/seat.ts';
import { ApplyInput, AssignRoleInput, ReviewApplicationInput } from '../inputs.ts';
import { readMembership, readSeat } from './read.ts';

@Resolver()
export class MembershipMutations {
  @Mutation(() => MembershipPayload, {
    description:
      'Enters an application, APPLIED, for an organisation that is recorded with it. By a person without a seat, or a coordinator of the network.',
  })
  applyForMembership(@Arg('input', () => ApplyInput) input: ApplyInput, @Ctx() context: MembersContext) {
    return answerMembership(context, () => run(context, (tx) => applyForMembership(tx, context.actor, input)));
  }

  @Mutation(() => MembershipPayload, {
    description:
      'Moves a membership along its states. The coordinator prepares, the Steering Committee decides (where there is none, the coordinator), the safety officer may decline or suspend.',
  })
  reviewApplication(
    @Arg('input', () => ReviewApplicationInput) input: ReviewApplicationInput,
    @Ctx() context: MembersContext,
  ) {
    return answerMembership(context, () => run(context, (tx) => reviewApplication(tx, context.actor, input)));
  }

  @Mutation(() => MembershipPayload, { description: 'The organisation leaves the network.' })
  withdrawMembership(@Arg('membershipId', () => ID) membershipId: string, @Ctx() context: MembersContext) {
    return answerMembership(context, () => run(context, (tx) => withdrawMembership(tx, context.actor, membershipId)));
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
    @Ctx() context: MembersContext,
  ) {
    return answerSeat(context, () =>
      run(context, (tx) => revokeRole(tx, context.actor, { seatId, role, networkId, bodyId: bodyId ?? null })),
    );
  }
}

const answerMembership = (context: MembersContext, command: () => Promise<string>) =>
  answer('membership', async () => readMembership(context, await command()));

const answerSeat = (context: MembersContext, command: () => Promise<string>) =>
  answer('seat', async () => readSeat(context, await command()));
