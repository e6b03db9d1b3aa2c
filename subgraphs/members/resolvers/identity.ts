import { Arg, Ctx, Directive, ID, Int, Query, Resolver } from 'type-graphql';
import type { Actor } from '../../../kit/context.ts';
import { ApiError } from '../../../kit/errors.ts';
import { Json } from '../../../kit/scalars.ts';
import { readRightsVersion, resolveActor } from '../actors.ts';
import type { MembersContext } from '../context.ts';
import { mayAskForGateway } from '../policy.ts';
import { keepSession } from '../sessions.ts';

/** What the gateway asks for itself; no client sees these fields. */
@Resolver()
export class IdentityQueries {
  @Query(() => Json, {
    nullable: true,
    description:
      'The Actor of a verified subject; null for an unknown one, or a seat that is not the person’s; `{ kind: "ENDED" }` when the person has ended the session.',
  })
  @Directive('@inaccessible')
  async resolveActor(
    @Arg('subject', () => String) subject: string,
    @Arg('seat', () => ID, { nullable: true }) seat: string | null | undefined,
    @Ctx() { actor, database }: MembersContext,
  ): Promise<Actor | { kind: 'ENDED' } | null> {
    checkGateway(actor);
    const found = await resolveActor(database.source, subject, seat);
    const { session } = actor; // of the token that the gateway asks about
    if (!found || !session) return found;
    // After the actor was read, with his rights version: what is ended later raises it.
    if (!(await keepSession(database.source, subject, session))) return { kind: 'ENDED' };
    return { ...found, session: { id: session.id } };
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
