import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { DateTime, LocaleTag } from '../../../kit/scalars.ts';
import { defineEnum } from '../../../kit/types.ts';
import { Seat, stub } from './stubs.ts';

export const suggestionStatuses = ['OPEN', 'ACCEPTED', 'REJECTED', 'WITHDRAWN', 'OUTDATED'] as const;
export type SuggestionStatus = (typeof suggestionStatuses)[number];
export const SuggestionStatusEnum = defineEnum(
  'SuggestionStatus',
  suggestionStatuses,
  'OPEN becomes one of the others, once. OUTDATED: the text was changed since; propose again against what stands there now.',
);

/** A row of plan_suggestion. */
export interface SuggestionRow {
  id: string;
  planId: string;
  /** Counts a plan's suggestions from 1. */
  number: number;
  nodeKey: string;
  field: string;
  locale: string;
  proposedText: string;
  baseText: string;
  baseHash: string;
  author: string;
  status: SuggestionStatus;
  note: string | null;
  version: number;
  createdAt: Date;
  resolvedBy: string | null;
  resolvedAt: Date | null;
}

@ObjectType({
  description: 'A text proposed in place of one that stands in a plan. For those who may open the plan’s document.',
})
@Directive('@key(fields: "id")')
export class Suggestion {
  constructor(readonly row: SuggestionRow) {}

  @Field(() => ID)
  id(): string {
    return this.row.id;
  }
  @Field(() => Int, { description: "Counts the plan's suggestions from 1." })
  number(): number {
    return this.row.number;
  }
  @Field(() => ID, { description: "The node whose text it is about; the plan's own id for its title and preamble." })
  nodeId(): string {
    const { planId, nodeKey } = this.row;
    return nodeKey === 'plan' ? planId : `${planId}/${nodeKey}`;
  }
  @Field(() => String)
  field(): string {
    return this.row.field;
  }
  @Field(() => LocaleTag)
  locale(): string {
    return this.row.locale;
  }
  @Field(() => String, { description: 'Of rich text: a paragraph a line.' })
  proposedText(): string {
    return this.row.proposedText;
  }
  @Field(() => String, { description: 'The text as it stood when this was proposed.' })
  baseText(): string {
    return this.row.baseText;
  }
  @Field(() => String, { description: 'SHA-256 of `baseText` in UTF-8, in hexadecimal.' })
  baseHash(): string {
    return this.row.baseHash;
  }
  @Field(() => Seat, { nullable: true })
  author(): Seat {
    return stub(Seat, { id: this.row.author });
  }
  @Field(() => SuggestionStatusEnum)
  status(): SuggestionStatus {
    return this.row.status;
  }
  @Field(() => String, { nullable: true, description: 'What was said when it was accepted or rejected.' })
  note(): string | null {
    return this.row.note;
  }
  @Field(() => Int, { description: '1 while it is open.' })
  version(): number {
    return this.row.version;
  }
  @Field(() => DateTime)
  createdAt(): Date {
    return this.row.createdAt;
  }
  @Field(() => Seat, { nullable: true, description: 'Who accepted, rejected or withdrew it.' })
  resolvedBy(): Seat | null {
    return this.row.resolvedBy === null ? null : stub(Seat, { id: this.row.resolvedBy });
  }
  @Field(() => DateTime, { nullable: true, description: 'Of an outdated one: when that was first seen.' })
  resolvedAt(): Date | null {
    return this.row.resolvedAt;
  }
}

@ObjectType({
  description: 'One text of a plan, exactly as its document has it, and what a suggestion about it names.',
})
export class PlanText {
  @Field(() => String, { description: 'Of rich text: a block a line, without its formatting.' })
  text!: string;
  @Field(() => String, { description: 'SHA-256 of `text` in UTF-8, in hexadecimal: the `baseHash` of a suggestion.' })
  hash!: string;
}
