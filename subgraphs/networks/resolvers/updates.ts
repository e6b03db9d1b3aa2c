import { Arg, Ctx, Directive, FieldResolver, Int, Query, Resolver, Root, Subscription } from 'type-graphql';
import type { FeedMessage } from '../../../kit/feed/tail.ts';
import { Cursor, Json } from '../../../kit/scalars.ts';
import { toCloudEvent } from '../cloud-event.ts';
import type { NetworksContext } from '../context.ts';
import { Network } from '../entities/network.ts';
import { NetworkUpdate, NetworkUpdateConnection, NetworkUpdateMessage } from '../entities/update.ts';
import { NetworkUpdateFilter } from '../inputs.ts';
import type { UpdateMessage } from '../updates.ts';

interface FollowArguments {
  after?: string | null;
  filter?: NetworkUpdateFilter | null;
}

@Resolver(() => NetworkUpdate)
export class NetworkUpdateResolver {
  @Query(() => NetworkUpdateConnection, {
    description:
      'The same log page by page: everything after the cursor; without one, from the oldest that can be had.',
  })
  @Directive('@listSize(slicingArguments: ["first"], sizedFields: ["edges"], requireOneSlicingArgument: false)')
  async networkUpdates(
    @Ctx() { actor, updates }: NetworksContext,
    @Arg('after', () => Cursor, { nullable: true }) after: string | null | undefined,
    @Arg('first', () => Int, { defaultValue: 100 }) first: number,
    @Arg('filter', () => NetworkUpdateFilter, { nullable: true }) filter?: NetworkUpdateFilter | null,
  ): Promise<NetworkUpdateConnection> {
    return updates.page(actor, after, first, filter);
  }

  @Subscription(() => NetworkUpdateMessage, {
    name: 'networkUpdates',
    description: 'Everything after the cursor, then live; without one, from now. At least once, in order per network.',
    subscribe: ({ args, context }) => {
      const { after, filter } = args as FollowArguments;
      const { updates, actor } = context as NetworksContext;
      return updates.follow(actor, after, filter) as never;
    },
  })
  async followNetworkUpdates(
    @Root() message: FeedMessage,
    @Ctx() context: NetworksContext,
    @Arg('after', () => Cursor, { nullable: true }) _after?: string | null,
    @Arg('filter', () => NetworkUpdateFilter, { nullable: true }) _filter?: NetworkUpdateFilter | null,
  ): Promise<UpdateMessage> {
    context.loaders = context.updates.loaders();
    return context.updates.show(message);
  }

  @FieldResolver(() => Network)
  network(@Root() { networkId }: NetworkUpdate, @Ctx() { loaders }: NetworksContext): Promise<Network | null> {
    return loaders.network.load(networkId);
  }

  @FieldResolver(() => Json, { description: 'The whole update as a CloudEvents 1.0 event in JSON.' })
  cloudEvent(@Root() update: NetworkUpdate): Record<string, unknown> {
    return toCloudEvent(update);
  }
}

@Resolver(() => NetworkUpdateConnection)
export class NetworkUpdateConnectionResolver {
  @FieldResolver(() => Cursor, { description: 'Resuming after it gives all that can be had.' })
  oldestAvailable(@Ctx() { updates }: NetworksContext): Promise<string> {
    return updates.oldest();
  }

  @FieldResolver(() => Cursor, { description: 'Resuming after it gives what comes from now on.' })
  newestAvailable(@Ctx() { updates }: NetworksContext): Promise<string> {
    return updates.newest();
  }
}
