import { Arg, Ctx, Directive, ID, Int, Query, Resolver } from 'type-graphql';
import type { Actor } from '../../../kit/context.ts';
import { ApiError } from '../../../kit/errors.ts';
import { Json } from '../../../kit/scalars.ts';
import { readRightsVersion, resolveActor } from '../actors.ts';
import type { MembersContext } from '../context.ts';
import { mayAskForGateway } from '../policy.ts';

/** What the gateway asks for itself; no client sees these fields. */
@Resolver()
export class IdentityQueries {
  @Query(() => Json, {
    nullable: true,
    description: 'The Actor of a verified subject; null for an unknown one, or a seat that is not the person’s.',
  })
  @Directive('@inaccessible')
  async resolveActor(
    @Arg('subject', () => String) subject: string,
    @Arg('seat', () => ID, { nullable: true }) seat: string | null | undefined,
    @Ctx() { actor, database }: MembersContext,
  ): Promise<Actor | null> {
    checkGateway(actor);
    return resolveActor(database.source, subject, seat);
  }

  @Query(() => Int)
  @Directive('@inaccessible')
  async membersRightsVersion(@Ctx() { actor, database }: MembersContext): Promise<number> {
    checkGateway(actor);
    return readRightsVersion(database.source);
  }
}

function checkGateway(actor: Actor) {
  if (!mayAskForGateway(actor)) throw new ApiError('FORBIDDEN', 'Only the gateway asks this.');
}
