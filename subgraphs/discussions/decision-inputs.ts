import { Field, ID, InputType, Int } from 'type-graphql';
import type { Visibility } from '../../kit/context.ts';
import { DateTime } from '../../kit/scalars.ts';
import { LocalizedInput, VisibilityEnum } from '../../kit/types.ts';
import {
  type DecisionMethod,
  DecisionMethodEnum,
  type DecisionStatus,
  DecisionStatusEnum,
  type Position,
  PositionEnum,
} from './entities/decision.ts';

@InputType()
export class SubjectInput {
  @Field(() => String, {
    description:
      'Network, Body, WorkingPlan, Objective, Outcome, Activity, Meeting, Guidelines, ReviewEngagement, Statement or KnowledgeItem.',
  })
  typename!: string;
  @Field(() => ID)
  id!: string;
}

@InputType()
export class OpenDecisionInput {
  @Field(() => ID, { description: 'Yours to choose: the same one sent again gives the same decision.' })
  clientMutationId!: string;
  @Field(() => [ID])
  networkIds!: string[];
  @Field(() => ID, { nullable: true, description: 'The body whose own decision it is: only its seats take positions.' })
  bodyId?: string | null;
  @Field(() => SubjectInput)
  subject!: SubjectInput;
  @Field(() => [LocalizedInput], { description: 'The question, at most 300 characters in each language.' })
  title!: LocalizedInput[];
  @Field(() => String, {
    description:
      'SHA-256 of the exact text to decide on, as 64 lower-case hex digits. Of a WorkingPlan: the hash of the version submitted.',
  })
  contentHash!: string;
  @Field(() => DecisionMethodEnum)
  method!: DecisionMethod;
  @Field(() => Int, {
    nullable: true,
    description: 'How many organisations must take a position in each network, at least 1; none under LAZY_CONSENSUS.',
  })
  quorum?: number | null;
  @Field(() => VisibilityEnum, {
    defaultValue: 'NETWORK',
    description: 'Of the decision and its outcome; positions are never seen outside its networks.',
  })
  visibility!: Visibility;
}

/** What every step of a decision names: which one, and how it was when the step was chosen. */
@InputType()
class DecisionStepInput {
  @Field(() => ID, { description: 'Yours to choose: the same one sent again does nothing more.' })
  clientMutationId!: string;
  @Field(() => ID)
  decisionId!: string;
  @Field(() => Int, { description: '`Decision.version` as you saw it.' })
  expectedVersion!: number;
}

@InputType()
export class AdvanceDecisionInput extends DecisionStepInput {
  @Field(() => DecisionStatusEnum, {
    description: 'CLARIFYING, REACTIONS or, when there is an objection, INTEGRATING_OBJECTIONS.',
  })
  to!: DecisionStatus;
}

@InputType()
export class StartDecisionRoundInput extends DecisionStepInput {
  @Field(() => String, {
    nullable: true,
    description: 'Where the text has changed. After INTEGRATING_OBJECTIONS it must have: positions start anew.',
  })
  contentHash?: string | null;
  @Field(() => DateTime, {
    nullable: true,
    description: 'Left out: the end of the fifth working day (Monday to Friday) that is whole in every time zone.',
  })
  closesAt?: Date | null;
  @Field(() => String, {
    nullable: true,
    description: 'Needed where the round is shorter than that; shown to all, at most 1,000 characters.',
  })
  shortReason?: string | null;
}

@InputType()
export class ConcludeDecisionInput extends DecisionStepInput {}

@InputType()
export class WithdrawDecisionInput extends DecisionStepInput {
  @Field(() => String, { nullable: true, description: 'At most 1,000 characters.' })
  reason?: string | null;
}

@InputType()
export class TakePositionInput {
  @Field(() => ID, { description: 'Yours to choose: the same one sent again does nothing more.' })
  clientMutationId!: string;
  @Field(() => ID)
  decisionId!: string;
  @Field(() => String, { description: 'Of the text you take the position on: it is refused when that has changed.' })
  contentHash!: string;
  @Field(() => PositionEnum)
  position!: Position;
  @Field(() => String, { nullable: true, description: 'Needed for OBJECT. Plain text, at most 2,000 characters.' })
  reason?: string | null;
}
