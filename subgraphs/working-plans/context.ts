import type { RequestContext } from '../../kit/context.ts';
import type { LifeLoaders } from './life-loaders.ts';
import type { Loaders } from './loaders.ts';
import type { Plans } from './plans.ts';
import type { Presence } from './presence/presence.ts';

export interface PlansContext extends RequestContext {
  plans: Plans;
  presence: Presence;
  loaders: Loaders;
  life: LifeLoaders;
}
