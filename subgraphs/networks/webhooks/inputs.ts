import { Field, ID, InputType, Int } from 'type-graphql';
import { Cursor } from '../../../kit/scalars.ts';
import { NetworkUpdateFilter } from '../inputs.ts';
import { type WebhookMode, WebhookModeEnum } from './entities.ts';

const mutationId = 'Yours to choose: the same one sent again does nothing more.';
const secretOnce = `${mutationId} The secret itself is told the first time only.`;
const address =
  'https, on port 443 or 8443, at most 2,000 characters, without a user or a fragment. Its name must lead to the public internet.';

@InputType({ description: 'A new endpoint: it gets what comes from now on, or after a cursor.' })
export class CreateWebhookInput {
  @Field(() => ID, { description: secretOnce })
  clientMutationId!: string;
  @Field(() => ID, { nullable: true, description: 'Whose it is; left out, your own.' })
  partnerId?: string | null;
  @Field(() => String, { description: address })
  url!: string;
  @Field(() => WebhookModeEnum, { defaultValue: 'STRUCTURED' })
  mode?: WebhookMode;
  @Field(() => NetworkUpdateFilter, { nullable: true, description: 'As of `networkUpdates`.' })
  filter?: NetworkUpdateFilter | null;
  @Field(() => Cursor, { nullable: true, description: 'Of `networkUpdates`: what came after it is sent, too.' })
  after?: string | null;
}

@InputType({ description: 'What is left out stays as it is.' })
export class UpdateWebhookInput {
  @Field(() => ID, { description: mutationId })
  clientMutationId!: string;
  @Field(() => ID)
  id!: string;
  @Field(() => Int, { description: '`WebhookEndpoint.version` as you saw it.' })
  expectedVersion!: number;
  @Field(() => String, { nullable: true, description: address })
  url?: string | null;
  @Field(() => WebhookModeEnum, { nullable: true })
  mode?: WebhookMode | null;
  @Field(() => NetworkUpdateFilter, { nullable: true, description: 'The whole of it; it holds for what comes next.' })
  filter?: NetworkUpdateFilter | null;
}

@InputType()
export class WebhookStepInput {
  @Field(() => ID, { description: mutationId })
  clientMutationId!: string;
  @Field(() => ID)
  id!: string;
  @Field(() => Int, { description: '`WebhookEndpoint.version` as you saw it.' })
  expectedVersion!: number;
}

@InputType()
export class TestWebhookInput {
  @Field(() => ID, { description: `${mutationId} What came of it is told the first time only.` })
  clientMutationId!: string;
  @Field(() => ID)
  id!: string;
}

@InputType()
export class RotateWebhookSecretInput {
  @Field(() => ID, { description: secretOnce })
  clientMutationId!: string;
  @Field(() => ID)
  id!: string;
  @Field(() => Int, { defaultValue: 24, description: 'How long the old secret signs beside the new one, 0 to 168.' })
  overlapHours?: number;
}

@InputType()
export class ReplayWebhookInput {
  @Field(() => ID, { description: mutationId })
  clientMutationId!: string;
  @Field(() => ID)
  id!: string;
  @Field(() => Cursor, { description: 'Of `networkUpdates`. It goes on after it, be that further back or ahead.' })
  after!: string;
}

@InputType()
export class ReplayDeadLettersInput {
  @Field(() => ID, { description: mutationId })
  clientMutationId!: string;
  @Field(() => ID, { description: 'Of the endpoint.' })
  id!: string;
  @Field(() => [ID], { nullable: true, description: 'At most 100; left out, all that it has.' })
  deadLetterIds?: string[] | null;
}
