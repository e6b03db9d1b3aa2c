import { type DataSource, In } from 'typeorm';
import { loadByKey, loadListByKey } from '../../kit/load.ts';
import { Body } from './entities/body.ts';
import { Network } from './entities/network.ts';
import { createGovernanceLoaders } from './governance-loaders.ts';
import { createPartnerLoaders } from './partner-loaders.ts';
import { createReviewLoaders } from './review-loaders.ts';
import { createWebhookLoaders } from './webhooks/loaders.ts';

/** One per request, and per message of a subscription: rows may change between two messages. */
export function createLoaders(source: DataSource) {
  return {
    ...createGovernanceLoaders(source),
    ...createReviewLoaders(source),
    ...createWebhookLoaders(source),
    ...createPartnerLoaders(source),
    network: loadByKey<string, Network>(
      (ids) => source.manager.findBy(Network, { id: In([...ids]) }),
      (network) => network.id,
    ),
    networkBySlug: loadByKey<string, Network>(
      (slugs) => source.manager.findBy(Network, { slug: In([...slugs]) }),
      (network) => network.slug,
    ),
    body: loadByKey<string, Body>(
      (ids) => source.manager.findBy(Body, { id: In([...ids]) }),
      (body) => body.id,
    ),
    bodiesOfNetwork: loadListByKey<string, Body>(
      (networkIds) => source.manager.find(Body, { where: { networkId: In([...networkIds]) }, order: { id: 'ASC' } }),
      (body) => body.networkId,
    ),
  };
}
export type Loaders = ReturnType<typeof createLoaders>;
