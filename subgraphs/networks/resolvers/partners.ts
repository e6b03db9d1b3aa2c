import { Arg, Ctx, Directive, FieldResolver, Int, Query, Resolver, Root } from 'type-graphql';
import type { Actor } from '../../../kit/context.ts';
import { ApiError } from '../../../kit/errors.ts';
import { Json } from '../../../kit/scalars.ts';
import type { NetworksContext } from '../context.ts';
import { Network } from '../entities/network.ts';
import { Partner } from '../entities/partner.ts';
import { readPartnersRightsVersion, resolvePartner } from '../partners.ts';
import { mayResolveKeys } from '../policy.ts';

@Resolver(() => Partner)
export class PartnerResolver {
  @Query(() => Json, { nullable: true, description: 'The actor of a partner key, by its sha256. For the gateway.' })
  @Directive('@inaccessible')
  async resolvePartner(
    @Ctx() { actor, database }: NetworksContext,
    @Arg('keyHash', () => String) keyHash: string,
  ): Promise<Actor | null> {
    refuseOthers(actor);
    return resolvePartner(database.source, keyHash);
  }

  @Query(() => Int, { description: 'Moves when any partner or key changes or expires. For the gateway.' })
  @Directive('@inaccessible')
  async partnersRightsVersion(@Ctx() { actor, database }: NetworksContext): Promise<number> {
    refuseOthers(actor);
    return readPartnersRightsVersion(database.source);
  }

  @FieldResolver(() => [Network])
  @Directive('@listSize(assumedSize: 5)')
  async networks(@Root() { networkIds }: Partner, @Ctx() { loaders }: NetworksContext): Promise<Network[]> {
    const found = await Promise.all(networkIds.map((id) => loaders.network.load(id)));
    return found.filter((network) => network !== null);
  }
}

function refuseOthers(actor: Actor): void {
  if (!mayResolveKeys(actor)) throw new ApiError('FORBIDDEN', 'Only the gateway asks this.');
}
