import { Arg, Ctx, Directive, Field, FieldResolver, ID, Mutation, ObjectType, Resolver, Root } from 'type-graphql';
import type { Transaction } from '../../../kit/database/open.ts';
import { DateTime } from '../../../kit/scalars.ts';
import { answer, MutationProblem } from '../../../kit/types.ts';
import { issuePartnerKey, revokePartnerKey, rotatePartnerKey } from '../commands/partner-keys.ts';
import { admitPartner, setPartnerStatus } from '../commands/partners.ts';
import type { NetworksContext } from '../context.ts';
import { Partner } from '../entities/partner.ts';
import {
  AdmitPartnerInput,
  IssuePartnerKeyInput,
  RevokePartnerKeyInput,
  RotatePartnerKeyInput,
  SetPartnerStatusInput,
} from '../partner-inputs.ts';
import { scopesOfKey } from '../partners.ts';
import { maySeeKeys } from '../policy.ts';

@ObjectType({ description: 'A key of a partner. The key itself is told once, to who makes it: only a hash is kept.' })
export class PartnerKey {
  @Field(() => ID)
  id!: string;
  @Field(() => String, { description: 'What it is for.' })
  label!: string;
  @Field(() => [String], {
    description: 'What it may do: of the scopes of its partner, those that it was issued with.',
  })
  scopes!: string[];
  @Field(() => DateTime)
  createdAt!: Date;
  @Field(() => DateTime)
  expiresAt!: Date;
  @Field(() => DateTime, { nullable: true, description: 'To the minute; null if it was never used.' })
  lastUsedAt!: Date | null;
}

@ObjectType({ description: 'What a change of keys came to.' })
export class PartnerKeyPayload {
  @Field(() => Partner, { nullable: true, description: 'Whose keys they are; null if there are problems.' })
  partner!: Partner | null;
  @Field(() => String, {
    nullable: true,
    description: 'The new key, told this once: keep it as a secret. Null where none was made, or it was told before.',
  })
  key!: string | null;
  @Field(() => [MutationProblem], { description: 'Why nothing was done; empty if it was.' })
  @Directive('@listSize(assumedSize: 1)')
  problems!: (typeof MutationProblem)[];
}

@ObjectType({ description: 'The partner as it now is, or what stood in the way.' })
export class PartnerPayload {
  @Field(() => Partner, { nullable: true, description: 'Null when there is a problem.' })
  partner!: Partner | null;
  @Field(() => [MutationProblem], { description: 'Why nothing was done; empty if it was.' })
  @Directive('@listSize(assumedSize: 1)')
  problems!: (typeof MutationProblem)[];
}

@Resolver(() => Partner)
export class PartnerKeyResolver {
  @Mutation(() => PartnerPayload, {
    description:
      'Admits an organisation whose systems are to read updates; it is then issued a key. By the steering committees of all the networks that it reads.',
  })
  admitPartner(
    @Arg('input', () => AdmitPartnerInput) input: AdmitPartnerInput,
    @Ctx() context: NetworksContext,
  ): Promise<PartnerPayload> {
    return tellPartner(context, (tx) => admitPartner(tx, context.actor, input));
  }

  @Mutation(() => PartnerPayload, {
    description:
      'Stops a partner, as who may end its keys: its streams close within a second. Lets one that was SUSPENDED go on, as who may issue them.',
  })
  setPartnerStatus(
    @Arg('input', () => SetPartnerStatusInput) input: SetPartnerStatusInput,
    @Ctx() context: NetworksContext,
  ): Promise<PartnerPayload> {
    return tellPartner(context, (tx) => setPartnerStatus(tx, context.actor, input));
  }

  @FieldResolver(() => [PartnerKey], {
    nullable: true,
    description: 'Keys that are good now, newest first, for those who may end them and the partner itself.',
  })
  @Directive('@listSize(assumedSize: 3)')
  async keys(@Root() partner: Partner, @Ctx() { actor, loaders }: NetworksContext): Promise<PartnerKey[] | null> {
    if (!maySeeKeys(actor, partner)) return null;
    const tokens = await loaders.keysOfPartner.load(partner.id);
    return tokens.map(({ id, label, createdAt, expiresAt, lastUsedAt, ...token }) =>
      Object.assign(new PartnerKey(), {
        id,
        label,
        createdAt,
        expiresAt,
        lastUsedAt,
        scopes: scopesOfKey(partner, token),
      }),
    );
  }

  @Mutation(() => PartnerKeyPayload, {
    description: 'Issues a partner a key, at most two at once. By the steering committees of all its networks.',
  })
  issuePartnerKey(
    @Arg('input', () => IssuePartnerKeyInput) input: IssuePartnerKeyInput,
    @Ctx() context: NetworksContext,
  ): Promise<PartnerKeyPayload> {
    return tellKey(context, input.partnerId, async () => {
      const { actor, database, region } = context;
      return (await database.transaction((tx) => issuePartnerKey(tx, actor, input, region))).key;
    });
  }

  @Mutation(() => PartnerKeyPayload, {
    description: 'A partner takes a new key in place of its own; the old ones go on for some days.',
  })
  rotatePartnerKey(
    @Arg('input', () => RotatePartnerKeyInput) input: RotatePartnerKeyInput,
    @Ctx() context: NetworksContext,
  ): Promise<PartnerKeyPayload> {
    return tellKey(context, context.actor.partner?.id ?? '', async () => {
      const { actor, database, region } = context;
      return (await database.transaction((tx) => rotatePartnerKey(tx, actor, input, region))).key;
    });
  }

  @Mutation(() => PartnerKeyPayload, {
    description:
      'Ends a key of a partner, or all of them: its streams close within a second. By the steering committee, coordinator or safety officer of one of its networks, or a platform operator.',
  })
  revokePartnerKey(
    @Arg('input', () => RevokePartnerKeyInput) input: RevokePartnerKeyInput,
    @Ctx() context: NetworksContext,
  ): Promise<PartnerKeyPayload> {
    return tellKey(context, input.partnerId, async () => {
      await context.database.transaction((tx) => revokePartnerKey(tx, context.actor, input));
      return null;
    });
  }
}

const tellPartner = (
  { database, loaders }: NetworksContext,
  command: (tx: Transaction) => Promise<string>,
): Promise<PartnerPayload> =>
  answer('partner', async () => {
    const id = await database.transaction(command);
    loaders.keysOfPartner.clear(id);
    return loaders.partner.clear(id).load(id);
  });

async function tellKey(
  { loaders }: NetworksContext,
  partnerId: string,
  command: () => Promise<string | null>,
): Promise<PartnerKeyPayload> {
  let key: string | null = null;
  const { partner, problems } = await answer('partner', async () => {
    key = await command();
    loaders.keysOfPartner.clear(partnerId);
    return loaders.partner.clear(partnerId).load(partnerId);
  });
  return { partner, key, problems };
}
