import { Arg, Ctx, Directive, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { type AuditAction, installationChain } from '../../../kit/audit/append.ts';
import type { StoredEntry } from '../../../kit/audit/hash.ts';
import { readMarks } from '../../../kit/audit/peers.ts';
import { readChains, readEntry, readLatest } from '../../../kit/audit/read.ts';
import { ApiError } from '../../../kit/errors.ts';
import { checkFirst, toConnection } from '../../../kit/page.ts';
import { Cursor } from '../../../kit/scalars.ts';
import { answer } from '../../../kit/types.ts';
import { AskToRedactInput, EraseAuditReasonInput } from '../account-inputs.ts';
import { headsFor, mayReadAudit, mayReadReason } from '../account-policy.ts';
import { eraseAuditReason } from '../commands/audit.ts';
import { askToRedact } from '../commands/redaction-requests.ts';
import { type MembersContext, run } from '../context.ts';
import {
  AskPayload,
  AuditActionEnum,
  AuditConnection,
  AuditEntry,
  AuditHeads,
  AuditPayload,
  AuditPlaceInput,
} from '../entities/audit.ts';
import { Network } from '../entities/foreign.ts';
import { Seat } from '../entities/seat.ts';
import { readSeat } from './read.ts';

const toEntry = (stored: StoredEntry): AuditEntry =>
  Object.assign(new AuditEntry(), {
    id: stored.id,
    position: stored.position,
    at: new Date(stored.at),
    actorKind: stored.actorKind,
    action: stored.action as AuditAction,
    targetType: stored.targetType,
    targetId: stored.targetId,
    detail: stored.detail,
    previousHash: stored.previousHash,
    hash: stored.hash,
    stored,
  });

const mostKnown = 500;

const asker =
  ({ database }: MembersContext) =>
  (sql: string, parameters: unknown[]) =>
    database.source.query(sql, parameters);

@Resolver(() => AuditEntry)
export class AuditResolver {
  @Query(() => AuditConnection, {
    description:
      "A network's audit log, the latest first: for its Steering Committee, coordinator and safety officer; for an operator without reasons. Empty to all others.",
  })
  @Directive('@listSize(slicingArguments: ["first"], sizedFields: ["edges"], requireOneSlicingArgument: false)')
  async auditLog(
    @Ctx() context: MembersContext,
    @Arg('networkId', () => ID, {
      nullable: true,
      description: 'Absent: what concerns no network, for an operator.',
    })
    networkId?: string | null,
    @Arg('actions', () => [AuditActionEnum], { nullable: true, description: 'Only these; absent: all.' })
    actions?: AuditAction[] | null,
    @Arg('first', () => Int, { nullable: true, defaultValue: 50 }) first?: number | null,
    @Arg('after', () => Cursor, { nullable: true }) after?: string | null,
  ): Promise<AuditConnection> {
    const size = checkFirst(first ?? 50);
    const { cursors } = context;
    const before = after == null ? null : cursors.audit.decode(after).before;
    const empty = { ...toConnection([], size, after, cursors.audit, () => ({ before: 0 })), head: null };
    if (!mayReadAudit(context.actor, networkId ?? null)) return empty;
    const chain = networkId ?? installationChain;
    const page = { networkId: chain, before, actions: actions ?? null, limit: size + 1 };
    const rows = await readLatest(asker(context), page);
    const [head] = await readChains(asker(context), chain);
    return {
      ...toConnection(rows.map(toEntry), size, after, cursors.audit, ({ position }) => ({ before: position })),
      head: head ?? null,
    };
  }

  @Query(() => AuditHeads, {
    description:
      'For another installation with a key of scope `plans:replicate`: where the audit log stands of its networks. FORBIDDEN.',
  })
  async auditHeads(
    @Arg('known', () => [AuditPlaceInput], { description: 'What it was told before, at most 500.' })
    known: AuditPlaceInput[],
    @Ctx() context: MembersContext,
  ): Promise<AuditHeads> {
    const networkIds = headsFor(context.actor);
    if (!networkIds) {
      throw new ApiError('FORBIDDEN', 'This is for other installations, with a key of scope plans:replicate.');
    }
    if (known.length > mostKnown) throw new ApiError('BAD_USER_INPUT', `known: at most ${mostKnown}.`);
    const chains = await readChains(asker(context));
    return {
      heads: chains.filter((head) => networkIds.includes(head.networkId)),
      known: await readMarks(asker(context), networkIds, known),
    };
  }

  @FieldResolver(() => Seat, {
    nullable: true,
    description: 'The seat that acted. Null for SYSTEM and for a person without a seat.',
  })
  async actorSeat(@Root() { stored }: AuditEntry, @Ctx() context: MembersContext): Promise<Seat | null> {
    return stored.actorSeatId === null ? null : readSeat(context, stored.actorSeatId);
  }

  @FieldResolver(() => Network, { nullable: true, description: 'Null for what concerns no network.' })
  network(@Root() { stored }: AuditEntry): Network | null {
    const { networkId: id } = stored;
    return id === installationChain ? null : Object.assign(new Network(), { id });
  }

  @FieldResolver(() => String, {
    nullable: true,
    description:
      'As it was given. Of acts of safety, for the safety officer alone; null to an operator, and once it was erased.',
  })
  reason(@Root() { stored }: AuditEntry, @Ctx() { actor }: MembersContext): string | null {
    return mayReadReason(actor, stored) ? stored.reason : null;
  }

  @FieldResolver(() => Boolean, { description: 'Whether a reason was given and taken out since.' })
  reasonErased(@Root() { stored }: AuditEntry): boolean {
    return stored.reasonHash !== null && stored.reason === null;
  }

  @Mutation(() => AskPayload, {
    description:
      'A coordinator asks that text be taken out of a record of the network: it stands in the audit log, where safety officers and platform operators read it. For 24 hours an operator may then do it, too (redactPost, redactThread, redactRecord, redactPlanText), once.',
  })
  askToRedact(
    @Arg('input', () => AskToRedactInput) input: AskToRedactInput,
    @Ctx() context: MembersContext,
  ): Promise<AskPayload> {
    return answer('networkId', async () => {
      await run(context, (tx) => askToRedact(tx, context.actor, input));
      return input.networkId;
    });
  }

  @Mutation(() => AuditPayload, {
    description:
      'Takes a reason that should not have been written out of the audit log; the chain still holds. By a safety officer of the network.',
  })
  eraseAuditReason(
    @Arg('input', () => EraseAuditReasonInput) input: EraseAuditReasonInput,
    @Ctx() context: MembersContext,
  ): Promise<AuditPayload> {
    return answer('entry', async () => {
      const id = await run(context, (tx) => eraseAuditReason(tx, context.actor, input));
      return toEntry(await readEntry(asker(context), input.networkId, id));
    });
  }
}
