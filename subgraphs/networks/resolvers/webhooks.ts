import { Arg, Ctx, Directive, Field, FieldResolver, ID, Int, ObjectType, Query, Resolver, Root } from 'type-graphql';
import { checkFirst, toConnection } from '../../../kit/page.ts';
import { Cursor, DateTime } from '../../../kit/scalars.ts';
import { PageInfo } from '../../../kit/types.ts';
import type { NetworksContext } from '../context.ts';
import { Partner } from '../entities/partner.ts';
import { mayStopWebhooks } from '../policy.ts';
import { WebhookDeadLetter, WebhookEndpoint } from '../webhooks/entities.ts';
import { listDeadLetters, listWebhooks } from '../webhooks/loaders.ts';

@ObjectType()
export class WebhookEndpointEdge {
  @Field(() => WebhookEndpoint)
  node!: WebhookEndpoint;
  @Field(() => Cursor)
  cursor!: string;
}

@ObjectType()
export class WebhookEndpointConnection {
  @Field(() => [WebhookEndpointEdge])
  edges!: WebhookEndpointEdge[];
  @Field(() => PageInfo)
  pageInfo!: PageInfo;
}

@ObjectType()
export class WebhookDeadLetterEdge {
  @Field(() => WebhookDeadLetter)
  node!: WebhookDeadLetter;
  @Field(() => Cursor)
  cursor!: string;
}

@ObjectType()
export class WebhookDeadLetterConnection {
  @Field(() => [WebhookDeadLetterEdge])
  edges!: WebhookDeadLetterEdge[];
  @Field(() => PageInfo)
  pageInfo!: PageInfo;
}

const whose = 'Left out: your own.';
const paged = '@listSize(slicingArguments: ["first"], sizedFields: ["edges"], requireOneSlicingArgument: false)';

/** @returns null for a partner that is not there, or whose webhooks are not the actor's to see */
async function readPartner({ actor, loaders }: NetworksContext, id: string | null | undefined) {
  const partner = await loaders.partner.load(id ?? actor.partner?.id ?? '');
  return partner && mayStopWebhooks(actor, partner) ? partner : null;
}

/** The one way to an endpoint: null where there is none, or it is not the actor's to see. */
export async function readWebhook(context: NetworksContext, id: string): Promise<WebhookEndpoint | null> {
  const endpoint = await context.loaders.webhook.load(id);
  return endpoint && (await readPartner(context, endpoint.partnerId)) ? endpoint : null;
}

@Resolver(() => WebhookEndpoint)
export class WebhookResolver {
  @Query(() => WebhookEndpointConnection, {
    nullable: true,
    description:
      'Where a partner has updates pushed to, the oldest first; null for those who are neither the partner nor handle its keys.',
  })
  @Directive(paged)
  async webhookEndpoints(
    @Ctx() context: NetworksContext,
    @Arg('first', () => Int, { defaultValue: 10 }) first: number,
    @Arg('after', () => Cursor, { nullable: true }) after?: string | null,
    @Arg('partnerId', () => ID, { nullable: true, description: whose }) partnerId?: string | null,
  ): Promise<WebhookEndpointConnection | null> {
    const { webhooks: cursors } = context.cursors;
    checkFirst(first);
    const partner = await readPartner(context, partnerId);
    if (!partner) return null;
    const from = after ? cursors.decode(after) : '';
    const rows = await listWebhooks(context.database.source, partner.id, from, first + 1);
    return toConnection(rows, first, after, cursors, ({ id }) => id);
  }

  @Query(() => WebhookDeadLetterConnection, {
    nullable: true,
    description: 'Updates that the endpoints of a partner did not take, the oldest first; null as `webhookEndpoints`.',
  })
  @Directive(paged)
  async webhookDeadLetters(
    @Ctx() context: NetworksContext,
    @Arg('first', () => Int, { defaultValue: 20 }) first: number,
    @Arg('after', () => Cursor, { nullable: true }) after?: string | null,
    @Arg('partnerId', () => ID, { nullable: true, description: whose }) partnerId?: string | null,
    @Arg('endpointId', () => ID, { nullable: true, description: 'Left out: of all its endpoints.' })
    endpointId?: string | null,
  ): Promise<WebhookDeadLetterConnection | null> {
    const { webhooks: cursors } = context.cursors;
    checkFirst(first);
    const partner = await readPartner(context, partnerId);
    if (!partner) return null;
    const from = after ? cursors.decode(after) : '';
    const rows = await listDeadLetters(context.database.source, partner.id, endpointId ?? null, from, first + 1);
    return toConnection(rows, first, after, cursors, ({ id }) => id);
  }

  @FieldResolver(() => Partner, { nullable: true, description: 'Whose it is.' })
  partner(@Root() { partnerId }: WebhookEndpoint, @Ctx() { loaders }: NetworksContext): Promise<Partner | null> {
    return loaders.partner.load(partnerId);
  }

  @FieldResolver(() => Cursor, {
    nullable: true,
    description:
      'Its place, as a cursor of `networkUpdates`: what it has taken, or passed. Null where that cannot be resumed.',
  })
  cursor(@Root() { place, epoch }: WebhookEndpoint, @Ctx() { webhooks }: NetworksContext): string | null {
    return epoch === webhooks.epoch ? webhooks.feedCursors.encode(place) : null;
  }

  @FieldResolver(() => Int, {
    description: 'How many entries of the logs of its networks lie after its place, those that are not for it counted.',
  })
  async behind(@Root() { id }: WebhookEndpoint, @Ctx() { loaders }: NetworksContext): Promise<number> {
    return (await loaders.webhookBacklog.load(id))?.behind ?? 0;
  }

  @FieldResolver(() => DateTime, { nullable: true, description: 'When the oldest of those was recorded.' })
  async behindSince(@Root() { id }: WebhookEndpoint, @Ctx() { loaders }: NetworksContext): Promise<Date | null> {
    return (await loaders.webhookBacklog.load(id))?.since ?? null;
  }

  @FieldResolver(() => Int, { description: 'Updates that it did not take in all the time they were tried.' })
  async deadLetterCount(@Root() { id }: WebhookEndpoint, @Ctx() { loaders }: NetworksContext): Promise<number> {
    return (await loaders.webhookBacklog.load(id))?.deadLetters ?? 0;
  }
}
