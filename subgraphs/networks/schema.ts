import 'reflect-metadata';
import { buildFederatedSchema } from '../../kit/schema.ts';
import { ConflictError, ForbiddenError, LocalizedText, ValidationError } from '../../kit/types.ts';
import type { NetworksContext } from './context.ts';
import { ExternalPartner, Programme } from './entities/alliance.ts';
import { Body } from './entities/body.ts';
import { CharterProposal } from './entities/charter.ts';
import { Country } from './entities/country.ts';
import { ReviewEngagement } from './entities/engagement.ts';
import { Activity, Decision, Meeting, Organisation, Seat, WorkingPlan } from './entities/foreign.ts';
import { Guidelines } from './entities/guidelines.ts';
import { Network } from './entities/network.ts';
import { Partner } from './entities/partner.ts';
import { CountryReview, ReviewCluster } from './entities/review.ts';
import { ReviewEvent } from './entities/review-event.ts';
import { maySeeCharterProposal, maySeeGuidelines, maySeeNetworks, maySeePartner } from './policy.ts';
import {
  ExternalPartnerResolver,
  NetworkAlliancesResolver,
  ProgrammeResolver,
  readExternalPartner,
} from './resolvers/alliances.ts';
import { BodyResolver, BodyTermResolver } from './resolvers/bodies.ts';
import { CharterProposalResolver, NetworkCharterResolver } from './resolvers/charter.ts';
import { CountryResolver } from './resolvers/countries.ts';
import {
  EngagementStepResolver,
  EventEngagementsResolver,
  NetworkEngagementsResolver,
  ReviewEngagementResolver,
  ReviewedEngagementsResolver,
  readEngagement,
} from './resolvers/engagements.ts';
import {
  GuidelinesResolver,
  GuidelinesRevisionResolver,
  GuidelinesTranslationResolver,
} from './resolvers/guidelines.ts';
import { GuidelinesComparisonResolver } from './resolvers/guidelines-comparison.ts';
import { NetworkResolver } from './resolvers/networks.ts';
import { PartnerKeyResolver } from './resolvers/partner-keys.ts';
import { PartnerResolver } from './resolvers/partners.ts';
import { ReviewEventResolver } from './resolvers/review-events.ts';
import { ReviewInputResolver, ReviewKitResolver } from './resolvers/review-inputs.ts';
import {
  CountryReviewResolver,
  ReviewClusterResolver,
  ReviewedCountryResolver,
  ReviewStageChangeResolver,
} from './resolvers/reviews.ts';
import { NetworkTimelineResolver, TimelineEntryResolver } from './resolvers/timeline.ts';
import { NetworkUpdateConnectionResolver, NetworkUpdateResolver } from './resolvers/updates.ts';
import { WebhookChangeResolver } from './resolvers/webhook-changes.ts';
import { WebhookResolver } from './resolvers/webhooks.ts';

type Key = { id?: string; slug?: string; code?: string };

/** The subgraph's executable schema and its SDL. Pure: no database, no network. */
export function buildNetworksSchema() {
  return buildFederatedSchema({
    resolvers: [
      NetworkResolver,
      BodyResolver,
      BodyTermResolver,
      GuidelinesResolver,
      GuidelinesTranslationResolver,
      GuidelinesRevisionResolver,
      GuidelinesComparisonResolver,
      CharterProposalResolver,
      NetworkCharterResolver,
      NetworkTimelineResolver,
      TimelineEntryResolver,
      CountryResolver,
      PartnerResolver,
      PartnerKeyResolver,
      ReviewClusterResolver,
      CountryReviewResolver,
      ReviewStageChangeResolver,
      ReviewedCountryResolver,
      ReviewInputResolver,
      ReviewKitResolver,
      ReviewEventResolver,
      EventEngagementsResolver,
      ReviewEngagementResolver,
      EngagementStepResolver,
      NetworkEngagementsResolver,
      ReviewedEngagementsResolver,
      ExternalPartnerResolver,
      ProgrammeResolver,
      NetworkAlliancesResolver,
      NetworkUpdateResolver,
      NetworkUpdateConnectionResolver,
      WebhookResolver,
      WebhookChangeResolver,
    ],
    orphanedTypes: [
      Network,
      Body,
      Guidelines,
      CharterProposal,
      Seat,
      Organisation,
      Decision,
      Meeting,
      WorkingPlan,
      Activity,
      Country,
      Partner,
      ReviewCluster,
      CountryReview,
      ReviewEngagement,
      ReviewEvent,
      ExternalPartner,
      Programme,
      LocalizedText,
      ValidationError,
      ConflictError,
      ForbiddenError,
    ],
    references: {
      Network: ({ id, slug }: Key, { actor, loaders }: NetworksContext) => {
        if (!maySeeNetworks(actor)) return null;
        return id !== undefined ? loaders.network.load(id) : loaders.networkBySlug.load(String(slug));
      },
      Body: ({ id }: Key, { actor, loaders }: NetworksContext) =>
        maySeeNetworks(actor) ? loaders.body.load(String(id)) : null,
      Guidelines: async ({ id }: Key, { actor, loaders }: NetworksContext) => {
        const found = await loaders.guidelines.load(String(id));
        return found && maySeeGuidelines(actor, found) ? found : null;
      },
      CharterProposal: async ({ id }: Key, { actor, loaders }: NetworksContext) => {
        const found = await loaders.charterProposal.load(String(id));
        return found && maySeeCharterProposal(actor, found) ? found : null;
      },
      // also one that is no country's: it stands in somebody's record, where a list may hold no null
      Country: ({ code }: Key) => (/^[A-Z]{2}$/.test(String(code)) ? Object.assign(new Country(), { code }) : null),
      Partner: async ({ id }: Key, { actor, loaders }: NetworksContext) => {
        const partner = await loaders.partner.load(String(id));
        return partner && maySeePartner(actor, partner) ? partner : null;
      },
      ReviewCluster: async ({ id }: Key, { actor, loaders }: NetworksContext) =>
        maySeeNetworks(actor) ? loaders.clusterById.load(String(id)) : null,
      CountryReview: async ({ id }: Key, { actor, loaders }: NetworksContext) =>
        maySeeNetworks(actor) ? loaders.review.load(String(id)) : null,
      ReviewEvent: async ({ id }: Key, { actor, loaders }: NetworksContext) =>
        maySeeNetworks(actor) ? loaders.reviewEvent.load(String(id)) : null,
      ReviewEngagement: ({ id }: Key, context: NetworksContext) => readEngagement(context, String(id)),
      ExternalPartner: ({ id }: Key, context: NetworksContext) => readExternalPartner(context, String(id)),
      Programme: async ({ id }: Key, { actor, loaders }: NetworksContext) =>
        maySeeNetworks(actor) ? loaders.programme.load(String(id)) : null,
    },
  });
}
