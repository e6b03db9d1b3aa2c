import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { LocaleTag } from '../../../kit/scalars.ts';
import { answer, LocalizedText, localize } from '../../../kit/types.ts';
import { upsertBody } from '../commands/bodies.ts';
import type { NetworksContext } from '../context.ts';
import { Body } from '../entities/body.ts';
import { Network } from '../entities/network.ts';
import { UpsertBodyInput } from '../inputs.ts';
import { BodyPayload } from './payloads.ts';

@Resolver(() => Body)
export class BodyResolver {
  @Mutation(() => BodyPayload, { description: 'By a coordinator or the steering committee of the network.' })
  async upsertBody(
    @Ctx() { actor, database, loaders }: NetworksContext,
    @Arg('input', () => UpsertBodyInput) input: UpsertBodyInput,
  ): Promise<BodyPayload> {
    return answer('body', async () => {
      const id = await database.transaction((tx) => upsertBody(tx, actor, input));
      loaders.bodiesOfNetwork.clearAll();
      return loaders.body.clear(id).load(id);
    });
  }

  @FieldResolver(() => Network)
  network(@Root() { networkId }: Body, @Ctx() { loaders }: NetworksContext): Promise<Network | null> {
    return loaders.network.load(networkId);
  }

  @FieldResolver(() => LocalizedText)
  name(
    @Root() { name }: Body,
    @Arg('locale', () => LocaleTag, { nullable: true }) locale?: string | null,
  ): LocalizedText | null {
    return localize(name, locale);
  }

  @FieldResolver(() => LocalizedText, { nullable: true })
  mandate(
    @Root() { mandate }: Body,
    @Arg('locale', () => LocaleTag, { nullable: true }) locale?: string | null,
  ): LocalizedText | null {
    return localize(mandate, locale);
  }
}
