import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { Cursor, DateTime } from '../../../kit/scalars.ts';
import { defineEnum, PageInfo } from '../../../kit/types.ts';
import { Seat, stub } from './stubs.ts';

export const versionKinds = ['SUBMITTED', 'ADOPTED', 'NAMED'] as const;
export type VersionKind = (typeof versionKinds)[number];
export const VersionKindEnum = defineEnum(
  'PlanVersionKind',
  versionKinds,
  'SUBMITTED: frozen for review. ADOPTED: what its networks decided on. NAMED: kept by an editor.',
);

/** A version without its content, which is read when someone asks for it. */
export interface VersionRecord {
  planId: string;
  number: number;
  /** The document's place in the log. */
  seq: number;
  epoch: number;
  kind: VersionKind;
  label: string | null;
  contentHash: string;
  decisionIds: string[];
  /** Seats. */
  contributors: string[];
  createdBy: string | null;
  createdAt: Date;
  redactedAt: Date | null;
}

@ObjectType({
  description: 'What a plan said at one moment. It never changes, except that a redaction takes text out.',
})
@Directive('@key(fields: "id")')
export class PlanVersion {
  constructor(
    readonly record: VersionRecord,
    /** Whether the reader may open the document: who wrote it stays with the owner networks. */
    readonly inside: boolean,
  ) {}

  @Field(() => ID)
  id(): string {
    return `${this.record.planId}@${this.record.number}`;
  }
  @Field(() => Int, { description: "From 1, in the plan's own count." })
  number(): number {
    return this.record.number;
  }
  @Field(() => VersionKindEnum)
  kind(): VersionKind {
    return this.record.kind;
  }
  @Field(() => String, { nullable: true })
  label(): string | null {
    return this.inside ? this.record.label : null;
  }
  @Field(() => DateTime)
  createdAt(): Date {
    return this.record.createdAt;
  }
  @Field(() => Seat, { nullable: true, description: 'For readers of the owner networks; null for shipped records.' })
  createdBy(): Seat | null {
    const { createdBy } = this.record;
    return this.inside && createdBy !== null ? stub(Seat, { id: createdBy }) : null;
  }
  @Field(() => String, {
    description: "SHA-256, in hex, of the content's UTF-8 bytes as they were when the version was made.",
  })
  contentHash(): string {
    return this.record.contentHash;
  }
  @Field(() => [ID], { description: 'The decisions by which its networks adopted it.' })
  adoptedByDecisionIds(): string[] {
    return this.record.decisionIds;
  }
  @Field(() => [Seat], {
    nullable: true,
    description: 'Who wrote in the plan until then. For readers of the owner networks; others get none.',
  })
  @Directive('@listSize(assumedSize: 20)')
  contributors(): Seat[] {
    return this.inside ? this.record.contributors.map((id) => stub(Seat, { id })) : [];
  }
  @Field(() => DateTime, {
    nullable: true,
    description: 'When text was last taken out of its content, which since then no longer has this hash.',
  })
  redactedAt(): Date | null {
    return this.record.redactedAt;
  }
}

@ObjectType()
export class PlanVersionEdge {
  @Field(() => PlanVersion)
  node!: PlanVersion;
  @Field(() => Cursor)
  cursor!: string;
}

@ObjectType()
export class PlanVersionConnection {
  @Field(() => [PlanVersionEdge])
  edges!: PlanVersionEdge[];
  @Field(() => PageInfo)
  pageInfo!: PageInfo;
}

@ObjectType({ description: 'Why a plan under review was sent back to its editors.' })
export class PlanChangesRequest {
  @Field(() => String)
  note!: string;
  @Field(() => Seat, { nullable: true })
  requestedBy!: Seat | null;
  @Field(() => DateTime)
  requestedAt!: Date;
}
