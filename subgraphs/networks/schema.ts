import 'reflect-metadata';
import { buildFederatedSchema } from '../../kit/schema.ts';
import { ConflictError, ForbiddenError, LocalizedText, ValidationError } from '../../kit/types.ts';
import type { NetworksContext } from './context.ts';
import { Body } from './entities/body.ts';
import { Country } from './entities/country.ts';
import { Network } from './entities/network.ts';
import { Partner } from './entities/partner.ts';
import { maySeeNetworks, maySeePartner } from './policy.ts';
import { BodyResolver } from './resolvers/bodies.ts';
import { CountryResolver } from './resolvers/countries.ts';
import { NetworkResolver } from './resolvers/networks.ts';
import { PartnerResolver } from './resolvers/partners.ts';
import { NetworkUpdateConnectionResolver, NetworkUpdateResolver } from './resolvers/updates.ts';

type Key = { id?: string; slug?: string; code?: string };

/** The subgraph's executable schema and its SDL. Pure: no database, no network. */
export function buildNetworksSchema() {
  return buildFederatedSchema({
    resolvers: [
      NetworkResolver,
      BodyResolver,
      CountryResolver,
      PartnerResolver,
      NetworkUpdateResolver,
      NetworkUpdateConnectionResolver,
    ],
    orphanedTypes: [Network, Body, Country, Partner, LocalizedText, ValidationError, ConflictError, ForbiddenError],
    references: {
      Network: ({ id, slug }: Key, { actor, loaders }: NetworksContext) => {
        if (!maySeeNetworks(actor)) return null;
        return id !== undefined ? loaders.network.load(id) : loaders.networkBySlug.load(String(slug));
      },
      Body: ({ id }: Key, { actor, loaders }: NetworksContext) =>
        maySeeNetworks(actor) ? loaders.body.load(String(id)) : null,
      // also one that is no country's: it stands in somebody's record, where a list may hold no null
      Country: ({ code }: Key) => (/^[A-Z]{2}$/.test(String(code)) ? Object.assign(new Country(), { code }) : null),
      Partner: async ({ id }: Key, { actor, loaders }: NetworksContext) => {
        const partner = await loaders.partner.load(String(id));
        return partner && maySeePartner(actor, partner) ? partner : null;
      },
    },
  });
}
