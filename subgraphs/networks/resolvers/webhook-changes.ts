import { Arg, Ctx, Directive, Field, Int, Mutation, ObjectType, Resolver } from 'type-graphql';
import type { Transaction } from '../../../kit/database/open.ts';
import { readHeads } from '../../../kit/feed/read.ts';
import { answer, MutationProblem } from '../../../kit/types.ts';
import type { NetworksContext } from '../context.ts';
import {
  createWebhook,
  deleteWebhook,
  pauseWebhook,
  resumeWebhook,
  rotateWebhookSecret,
  type Told,
  updateWebhook,
} from '../webhooks/commands.ts';
import { WebhookEndpoint, type WebhookFailure, WebhookFailureEnum } from '../webhooks/entities.ts';
import {
  CreateWebhookInput,
  ReplayDeadLettersInput,
  ReplayWebhookInput,
  RotateWebhookSecretInput,
  TestWebhookInput,
  UpdateWebhookInput,
  WebhookStepInput,
} from '../webhooks/inputs.ts';
import { findPlace, replayDeadLetters, replayWebhook } from '../webhooks/replay.ts';
import { testWebhook } from '../webhooks/test-delivery.ts';
import { readWebhook } from './webhooks.ts';

@ObjectType({ description: 'What a change came to.' })
export class WebhookPayload {
  @Field(() => WebhookEndpoint, {
    nullable: true,
    description: 'As it is now; null if there are problems, or no more.',
  })
  endpoint!: WebhookEndpoint | null;
  @Field(() => [MutationProblem], { description: 'Why nothing was done; empty if it was.' })
  @Directive('@listSize(assumedSize: 1)')
  problems!: (typeof MutationProblem)[];
}

@ObjectType({ description: 'What came of a new secret.' })
export class WebhookSecretPayload extends WebhookPayload {
  @Field(() => String, {
    nullable: true,
    description:
      'The secret that signs, told this once: `whsec_…` as Standard Webhooks has it. Null where none was made, or it was told before.',
  })
  secret!: string | null;
}

@ObjectType({ description: 'What came of a test.' })
export class WebhookTestPayload extends WebhookPayload {
  @Field(() => Boolean, {
    nullable: true,
    description: 'It was taken: answered with 2xx. Null where nothing was sent.',
  })
  delivered!: boolean | null;
  @Field(() => Int, { nullable: true, description: 'HTTP status; null if nobody answered.' })
  status!: number | null;
  @Field(() => WebhookFailureEnum, { nullable: true, description: 'Why it was not taken.' })
  error!: WebhookFailure | null;
}

@Resolver()
export class WebhookChangeResolver {
  @Mutation(() => WebhookSecretPayload, {
    description:
      'Has updates pushed to an address, at most ten of a partner. By the partner, or the steering committees of all its networks.',
  })
  async createWebhook(
    @Arg('input', () => CreateWebhookInput) input: CreateWebhookInput,
    @Ctx() context: NetworksContext,
  ): Promise<WebhookSecretPayload> {
    const { actor, database, webhooks } = context;
    return tell(context, async () => {
      const query = (sql: string, parameters: unknown[]) => database.source.query(sql, parameters);
      const place = input.after ? await findPlace(query, input.after, webhooks) : await readHeads(query);
      return database.transaction((tx) => createWebhook(tx, actor, input, place, webhooks));
    });
  }

  @Mutation(() => WebhookPayload, { description: 'Changes where, how or what is pushed. By who may create one.' })
  updateWebhook(
    @Arg('input', () => UpdateWebhookInput) input: UpdateWebhookInput,
    @Ctx() context: NetworksContext,
  ): Promise<WebhookPayload> {
    return change(context, (tx) => updateWebhook(tx, context.actor, input, context.webhooks));
  }

  @Mutation(() => WebhookPayload, {
    description: 'Nothing is pushed until it is resumed. By who may create one, or end a key of the partner.',
  })
  pauseWebhook(
    @Arg('input', () => WebhookStepInput) input: WebhookStepInput,
    @Ctx() context: NetworksContext,
  ): Promise<WebhookPayload> {
    return change(context, (tx) => pauseWebhook(tx, context.actor, input));
  }

  @Mutation(() => WebhookPayload, {
    description: 'Goes on where it stood, also where it was disabled. By who may create one.',
  })
  resumeWebhook(
    @Arg('input', () => WebhookStepInput) input: WebhookStepInput,
    @Ctx() context: NetworksContext,
  ): Promise<WebhookPayload> {
    return change(context, (tx) => resumeWebhook(tx, context.actor, input));
  }

  @Mutation(() => WebhookPayload, {
    description: 'Ends it, with its dead letters. By who may create one, or end a key of the partner.',
  })
  deleteWebhook(
    @Arg('input', () => WebhookStepInput) input: WebhookStepInput,
    @Ctx() context: NetworksContext,
  ): Promise<WebhookPayload> {
    return change(context, (tx) => deleteWebhook(tx, context.actor, input));
  }

  @Mutation(() => WebhookSecretPayload, {
    description: 'Takes a new secret; the one before it signs beside it for some hours. By who may create one.',
  })
  rotateWebhookSecret(
    @Arg('input', () => RotateWebhookSecretInput) input: RotateWebhookSecretInput,
    @Ctx() context: NetworksContext,
  ): Promise<WebhookSecretPayload> {
    const { actor, database, webhooks } = context;
    return tell(context, () => database.transaction((tx) => rotateWebhookSecret(tx, actor, input, webhooks)));
  }

  @Mutation(() => WebhookTestPayload, {
    description: 'Sends an event of type `org.net4u.webhook.test.v1`, now and once. By who may create one.',
  })
  async testWebhook(
    @Arg('input', () => TestWebhookInput) input: TestWebhookInput,
    @Ctx() context: NetworksContext,
  ): Promise<WebhookTestPayload> {
    const { actor, database, webhooks } = context;
    const { outcome, problems } = await answer('outcome', () => testWebhook(database, actor, input, webhooks));
    return {
      endpoint: problems.length > 0 ? null : await readWebhook(context, input.id),
      delivered: outcome && outcome.failure === null,
      status: outcome?.status ?? null,
      error: outcome?.failure ?? null,
      problems,
    };
  }

  @Mutation(() => WebhookPayload, {
    description: 'Goes on after a cursor, so that what came after it is pushed, again or not. By who may create one.',
  })
  replayWebhook(
    @Arg('input', () => ReplayWebhookInput) input: ReplayWebhookInput,
    @Ctx() context: NetworksContext,
  ): Promise<WebhookPayload> {
    return change(context, (tx) => replayWebhook(tx, context.actor, input, context.webhooks));
  }

  @Mutation(() => WebhookPayload, {
    description: 'Sends dead letters once more: what is taken is one no more, the others stay. By who may create one.',
  })
  replayDeadLetters(
    @Arg('input', () => ReplayDeadLettersInput) input: ReplayDeadLettersInput,
    @Ctx() context: NetworksContext,
  ): Promise<WebhookPayload> {
    return change(context, (tx) => replayDeadLetters(tx, context.actor, input));
  }
}

/** @param command answers the endpoint's id */
function change(context: NetworksContext, command: (tx: Transaction) => Promise<string>): Promise<WebhookPayload> {
  return answer('endpoint', async () => {
    const id = await context.database.transaction(command);
    context.webhooks.deliveries.ask();
    context.loaders.webhook.clear(id);
    return readWebhook(context, id);
  });
}

async function tell(context: NetworksContext, command: () => Promise<Told>): Promise<WebhookSecretPayload> {
  let secret: string | null = null;
  const { endpoint, problems } = await answer('endpoint', async () => {
    const told = await command();
    secret = told.secret;
    context.webhooks.deliveries.ask();
    context.loaders.webhook.clear(told.id);
    return readWebhook(context, told.id);
  });
  return { endpoint, secret, problems };
}
