import { Arg, Ctx, Directive, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import type { Transaction } from '../../../kit/database/open.ts';
import { LocaleTag } from '../../../kit/scalars.ts';
import { answer, LocalizedText, localize } from '../../../kit/types.ts';
import { upsertBody } from '../commands/bodies.ts';
import { closeBody, reopenBody, setBodyTerm } from '../commands/bodies-life.ts';
import { dayOf } from '../commands/dates.ts';
import type { NetworksContext } from '../context.ts';
import { Body, type BodyStatus, BodyStatusEnum, BodyTerm, statusOf } from '../entities/body.ts';
import { Decision, stubOrNull } from '../entities/foreign.ts';
import { Network } from '../entities/network.ts';
import { CloseBodyInput, ReopenBodyInput, SetBodyTermInput, UpsertBodyInput } from '../inputs.ts';
import { createLoaders } from '../loaders.ts';
import { BodyPayload } from './payloads.ts';

/** Does it, and shows the body as it is then. */
function change(context: NetworksContext, command: (tx: Transaction) => Promise<string>): Promise<BodyPayload> {
  return answer('body', async () => {
    const id = await context.database.transaction(command);
    context.loaders = createLoaders(context.database.source);
    return context.loaders.body.load(id);
  });
}

@Resolver(() => Body)
export class BodyResolver {
  @Mutation(() => BodyPayload, { description: 'By a coordinator or the steering committee of the network.' })
  upsertBody(
    @Ctx() context: NetworksContext,
    @Arg('input', () => UpsertBodyInput) input: UpsertBodyInput,
  ): Promise<BodyPayload> {
    return change(context, (tx) => upsertBody(tx, context.actor, input));
  }

  @Mutation(() => BodyPayload, {
    description:
      'Records a term of office, or corrects one. By a coordinator or the steering committee of the network.',
  })
  setBodyTerm(
    @Ctx() context: NetworksContext,
    @Arg('input', () => SetBodyTermInput) input: SetBodyTermInput,
  ): Promise<BodyPayload> {
    return change(context, (tx) => setBodyTerm(tx, context.actor, input));
  }

  @Mutation(() => BodyPayload, {
    description:
      'The body works no more; its term under way ends, its records stay. By a coordinator or the steering committee of the network.',
  })
  closeBody(
    @Ctx() context: NetworksContext,
    @Arg('input', () => CloseBodyInput) input: CloseBodyInput,
  ): Promise<BodyPayload> {
    return change(context, (tx) => closeBody(tx, context.actor, input));
  }

  @Mutation(() => BodyPayload, { description: 'By a coordinator or the steering committee of the network.' })
  reopenBody(
    @Ctx() context: NetworksContext,
    @Arg('input', () => ReopenBodyInput) input: ReopenBodyInput,
  ): Promise<BodyPayload> {
    return change(context, (tx) => reopenBody(tx, context.actor, input));
  }

  @FieldResolver(() => BodyStatusEnum, { description: 'Whether it is at work.' })
  status(@Root() body: Body): BodyStatus {
    return statusOf(body);
  }

  @FieldResolver(() => [BodyTerm], { description: 'Its terms of office, latest first.' })
  @Directive('@listSize(assumedSize: 5)')
  terms(@Root() { id }: Body, @Ctx() { loaders }: NetworksContext): Promise<BodyTerm[]> {
    return loaders.termsOfBody.load(id);
  }

  @FieldResolver(() => BodyTerm, {
    nullable: true,
    description: 'The term of today, in the time zone of its network; null where it has none.',
  })
  async currentTerm(@Root() { id, networkId }: Body, @Ctx() { loaders }: NetworksContext): Promise<BodyTerm | null> {
    const [network, terms] = await Promise.all([loaders.network.load(networkId), loaders.termsOfBody.load(id)]);
    const today = dayOf(new Date(), network?.timeZone);
    return terms.find(({ startsOn, endsOn }) => startsOn <= today && (endsOn === null || today <= endsOn)) ?? null;
  }

  @FieldResolver(() => Network, { description: 'Whose body it is.' })
  network(@Root() { networkId }: Body, @Ctx() { loaders }: NetworksContext): Promise<Network | null> {
    return loaders.network.load(networkId);
  }

  @FieldResolver(() => LocalizedText, { description: 'In the language asked for, else in English, else in any.' })
  name(
    @Root() { name }: Body,
    @Arg('locale', () => LocaleTag, { nullable: true }) locale?: string | null,
  ): LocalizedText | null {
    return localize(name, locale);
  }

  @FieldResolver(() => LocalizedText, { nullable: true, description: 'What it is for.' })
  mandate(
    @Root() { mandate }: Body,
    @Arg('locale', () => LocaleTag, { nullable: true }) locale?: string | null,
  ): LocalizedText | null {
    return localize(mandate, locale);
  }
}

@Resolver(() => BodyTerm)
export class BodyTermResolver {
  @FieldResolver(() => Decision, { nullable: true, description: 'The election, if there was one that you may see.' })
  electedBy(@Root() { decisionId }: BodyTerm): Decision | null {
    return stubOrNull(Decision, decisionId);
  }
}
