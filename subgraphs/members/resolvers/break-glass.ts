import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { Transaction } from '../../../kit/database/open.ts';
import { answer } from '../../../kit/types.ts';
import { CloseBreakGlassInput, OpenBreakGlassInput } from '../account-inputs.ts';
import { closeBreakGlass, openBreakGlass } from '../commands/break-glass.ts';
import { type MembersContext, run } from '../context.ts';
import { BreakGlass, BreakGlassPayload } from '../entities/break-glass.ts';
import { Network } from '../entities/foreign.ts';

@Resolver()
export class BreakGlassMutations {
  @Mutation(() => BreakGlassPayload, {
    description:
      'A platform operator begins to read a network, in an emergency and for some minutes. It writes nothing, and stands in the audit log of the network with its reason.',
  })
  openBreakGlass(
    @Arg('input', () => OpenBreakGlassInput) input: OpenBreakGlassInput,
    @Ctx() context: MembersContext,
  ): Promise<BreakGlassPayload> {
    return answerGlass(context, (tx) => openBreakGlass(tx, context.actor, input));
  }

  @Mutation(() => BreakGlassPayload, {
    description:
      "Ends it before its time: the operator, or the network's safety officer, Steering Committee or coordinator.",
  })
  closeBreakGlass(
    @Arg('input', () => CloseBreakGlassInput) input: CloseBreakGlassInput,
    @Ctx() context: MembersContext,
  ): Promise<BreakGlassPayload> {
    return answerGlass(context, (tx) => closeBreakGlass(tx, context.actor, input));
  }
}

/** Whoever got this far may see what it is about. */
const answerGlass = (context: MembersContext, command: (tx: Transaction) => Promise<string>) =>
  answer('breakGlass', async () => {
    const id = await run(context, command);
    const [row] = await context.database.source.query(
      `SELECT id, network_id AS "networkId", opened_at AS "openedAt", ends_at AS "endsAt", closed_at AS "closedAt"
       FROM break_glass WHERE id = $1`,
      [id],
    );
    const { networkId, ...glass } = row;
    return Object.assign(new BreakGlass(), glass, { network: Object.assign(new Network(), { id: networkId }) });
  });
