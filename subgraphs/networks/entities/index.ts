import { WebhookDeadLetter, WebhookEndpoint } from '../webhooks/entities.ts';
import { ExternalPartner, Programme } from './alliance.ts';
import { Body, BodyTerm } from './body.ts';
import { CharterProposal } from './charter.ts';
import { EngagementStep, ReviewEngagement } from './engagement.ts';
import { Guidelines, GuidelinesRevision, GuidelinesTranslation } from './guidelines.ts';
import { Mutation } from './mutation.ts';
import { Network } from './network.ts';
import { Partner, PartnerToken } from './partner.ts';
import { CountryReview, ReviewCluster, ReviewStageChange } from './review.ts';
import { ReviewEvent } from './review-event.ts';
import { ReviewInput } from './review-input.ts';

/** What has a table. */
export const entities = [
  Network,
  Body,
  BodyTerm,
  Guidelines,
  GuidelinesRevision,
  GuidelinesTranslation,
  CharterProposal,
  Partner,
  PartnerToken,
  Mutation,
  ReviewCluster,
  CountryReview,
  ReviewStageChange,
  ReviewInput,
  ReviewEvent,
  ReviewEngagement,
  EngagementStep,
  ExternalPartner,
  Programme,
  WebhookEndpoint,
  WebhookDeadLetter,
];
