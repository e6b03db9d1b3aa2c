import type { Actor } from '../../kit/context.ts';
import { knowledgeDraftReach } from './knowledge-policy.ts';
import { draftReach } from './meeting-policy.ts';
import { type Bind, readable } from './statement.ts';
import { draftingNetworks } from './statement-policy.ts';

/** The condition that meeting `alias` is one the actor may read: its circle, and of drafts its conveners. */
export function readableMeeting(alias: string, actor: Actor, bind: Bind): string {
  if (actor.kind === 'SYSTEM') return 'true';
  const { networkIds, groups } = draftReach(actor);
  const drafts = [
    `${alias}.announced`,
    `${alias}.network_ids && ${bind(networkIds)}::text[]`,
    ...groups.map(
      ({ bodyId, networkId }) =>
        `${alias}.body_id = ${bind(bodyId)} AND ${alias}.network_ids @> ARRAY[${bind(networkId)}]::text[]`,
    ),
  ];
  return `(${readable(alias, actor, bind)} AND (${drafts.join(' OR ')}))`;
}

/** The condition that statement `alias` is one the actor may read. */
export function readableStatement(alias: string, actor: Actor, bind: Bind): string {
  if (actor.kind === 'SYSTEM') return 'true';
  const drafts = `${alias}.circulated OR ${alias}.network_ids && ${bind(draftingNetworks(actor))}::text[]`;
  return `(${readable(alias, actor, bind)} AND (${drafts}))`;
}

/** The condition that knowledge item `alias` is one the actor may read. */
export function readableKnowledge(alias: string, actor: Actor, bind: Bind): string {
  if (actor.kind === 'SYSTEM') return 'true';
  const { leading, organisationId, contributing } = knowledgeDraftReach(actor);
  const drafts = [
    `${alias}.shown`,
    `${alias}.network_ids && ${bind(leading)}::text[]`,
    `${alias}.organisation_id = ${bind(organisationId)}::text AND ${alias}.network_ids && ${bind(contributing)}::text[]`,
  ];
  return `(${readable(alias, actor, bind)} AND (${drafts.join(' OR ')}))`;
}
