import 'reflect-metadata';
import { buildFederatedSchema, type ReferenceResolver } from '../../kit/schema.ts';
import { ConflictError, ForbiddenError, LocalizedText, ValidationError } from '../../kit/types.ts';
import type { PlansContext } from './context.ts';
import { Indicator, Milestone } from './entities/details.ts';
import { PlanEdits, PlanReset } from './entities/live.ts';
import { Activity, Objective, Outcome } from './entities/nodes.ts';
import { Body, Country, Network, Organisation, Seat } from './entities/stubs.ts';
import { Suggestion } from './entities/suggestion.ts';
import { WorkingPlan } from './entities/working-plan.ts';
import { BodyResolver, CountryResolver, NetworkResolver, OrganisationResolver } from './resolvers/elsewhere.ts';
import { findNode, findPlan } from './resolvers/find.ts';
import { LiveResolver } from './resolvers/live.ts';
import { PlanResolver } from './resolvers/plans.ts';
import { PresenceResolver } from './resolvers/presence.ts';
import { RedactionResolver } from './resolvers/redaction.ts';
import { PlanSuggestionsResolver, resolveSuggestionReference, SuggestionResolver } from './resolvers/suggestions.ts';

const nodes = { Objective, Outcome, Activity, Milestone, Indicator };

/** The subgraph's executable schema and its SDL. Pure: no database, no network. */
export function buildWorkingPlansSchema() {
  const references: Record<string, ReferenceResolver> = {
    WorkingPlan: ({ id }, { loaders }: PlansContext) => findPlan(loaders, id),
    Suggestion: ({ id }, context: PlansContext) => resolveSuggestionReference({ id }, context),
  };
  for (const [name, type] of Object.entries(nodes)) {
    references[name] = ({ id }, { loaders }: PlansContext) => findNode(loaders, id, type);
  }
  return buildFederatedSchema({
    resolvers: [
      PlanResolver,
      LiveResolver,
      PresenceResolver,
      SuggestionResolver,
      PlanSuggestionsResolver,
      RedactionResolver,
      NetworkResolver,
      OrganisationResolver,
      BodyResolver,
      CountryResolver,
    ],
    orphanedTypes: [
      WorkingPlan,
      Suggestion,
      ...Object.values(nodes),
      Network,
      Organisation,
      Seat,
      Body,
      Country,
      PlanEdits,
      PlanReset,
      LocalizedText,
      ValidationError,
      ConflictError,
      ForbiddenError,
    ],
    references,
  });
}
