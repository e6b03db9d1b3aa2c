export { type ExecuteArgs, execute } from './execute.ts';
export type { PlannedOperation, Variant } from './planned.ts';
export type { Open, Send, SubgraphError, SubgraphRequest, SubgraphResponse, SubscriptionRequest } from './send.ts';
export { runEvent, type SubscribeArgs, subscribe } from './subscribe.ts';
