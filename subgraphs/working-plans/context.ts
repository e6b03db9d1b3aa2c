import type { RequestContext } from '../../kit/context.ts';
import type { Loaders } from './loaders.ts';
import type { Plans } from './plans.ts';

export interface PlansContext extends RequestContext {
  plans: Plans;
  loaders: Loaders;
}
