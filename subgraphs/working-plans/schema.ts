import 'reflect-metadata';
import { buildFederatedSchema, type ReferenceResolver } from '../../kit/schema.ts';
import { ConflictError, ForbiddenError, LocalizedText, ValidationError } from '../../kit/types.ts';
import type { PlansContext } from './context.ts';
import { Indicator, Milestone } from './entities/details.ts';
import { PlanEdits, PlanReset } from './entities/live.ts';
import { Activity, Objective, Outcome } from './entities/nodes.ts';
import { Body, Country, Network, Organisation, Seat } from './entities/stubs.ts';
import { Suggestion } from './entities/suggestion.ts';
import { PlanVersion } from './entities/version.ts';
import { WorkingPlan } from './entities/working-plan.ts';
import { ReplicaResolver, ReplicationResolver } from './link/resolver.ts';
import {
  ActivitiesResolver,
  BodyResolver,
  CountryResolver,
  NetworkResolver,
  OrganisationResolver,
} from './resolvers/elsewhere.ts';
import { ExportResolver } from './resolvers/exports.ts';
import { findActivityReference, findNode, findPlan } from './resolvers/find.ts';
import { PlanHistoryResolver } from './resolvers/history.ts';
import { ImportResolver } from './resolvers/imports.ts';
import { LifeResolver } from './resolvers/life.ts';
import { LiveResolver } from './resolvers/live.ts';
import { PlanNodeResolver } from './resolvers/nodes.ts';
import { PlanResolver } from './resolvers/plans.ts';
import { PresenceResolver } from './resolvers/presence.ts';
import {
  ActivityProgressResolver,
  ObjectiveProgressResolver,
  OutcomeProgressResolver,
  PlanProgressResolver,
} from './resolvers/progress.ts';
import { RedactionPayloadResolver, RedactionResolver } from './resolvers/redaction.ts';
import { SimilarResolver } from './resolvers/similar.ts';
import { ActivityStrategiesResolver, StrategyResolver } from './resolvers/strategies.ts';
import { PlanSuggestionsResolver, resolveSuggestionReference, SuggestionResolver } from './resolvers/suggestions.ts';
import { ConfirmTranslationResolver, PlanTranslationsResolver } from './resolvers/translations.ts';
import { findVersionReference, PlanLifeResolver, PlanVersionResolver } from './resolvers/versions.ts';
import { VocabularyResolver } from './resolvers/vocabulary.ts';

const nodes = { Objective, Outcome, Activity, Milestone, Indicator };

/** The subgraph's executable schema and its SDL. Pure: no database, no network. */
export function buildWorkingPlansSchema() {
  const references: Record<string, ReferenceResolver> = {
    WorkingPlan: ({ id }, { loaders }: PlansContext) => findPlan(loaders, id),
    PlanVersion: ({ id }, context: PlansContext) => findVersionReference(id, context),
    Suggestion: ({ id }, context: PlansContext) => resolveSuggestionReference({ id }, context),
  };
  for (const [name, type] of Object.entries(nodes)) {
    references[name] = ({ id }, { loaders }: PlansContext) => findNode(loaders, id, type);
  }
  references.Activity = ({ id }, { loaders }: PlansContext, info) => findActivityReference(loaders, id, info);
  return buildFederatedSchema({
    resolvers: [
      PlanResolver,
      LiveResolver,
      PlanNodeResolver,
      ActivitiesResolver,
      ReplicationResolver,
      ReplicaResolver,
      PresenceResolver,
      SuggestionResolver,
      PlanSuggestionsResolver,
      RedactionResolver,
      RedactionPayloadResolver,
      LifeResolver,
      PlanLifeResolver,
      PlanVersionResolver,
      PlanHistoryResolver,
      ExportResolver,
      ImportResolver,
      VocabularyResolver,
      SimilarResolver,
      ActivityStrategiesResolver,
      StrategyResolver,
      PlanTranslationsResolver,
      ConfirmTranslationResolver,
      PlanProgressResolver,
      ObjectiveProgressResolver,
      OutcomeProgressResolver,
      ActivityProgressResolver,
      NetworkResolver,
      OrganisationResolver,
      BodyResolver,
      CountryResolver,
    ],
    orphanedTypes: [
      WorkingPlan,
      PlanVersion,
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
