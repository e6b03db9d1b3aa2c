import { Field, ID, InputType } from 'type-graphql';
import { LocaleTag } from '../../../kit/scalars.ts';

@InputType()
export class ProposeSuggestionInput {
  @Field(() => ID)
  clientMutationId!: string;
  @Field(() => ID, { description: "A node of the plan; the plan's own id for its title and preamble." })
  nodeId!: string;
  @Field(() => String, { description: 'A text that people type together: title, description, statement ...' })
  field!: string;
  @Field(() => LocaleTag, { description: 'One of `WorkingPlan.locales`.' })
  locale!: string;
  @Field(() => String, {
    description: 'The whole text as it should read; at most 10,000 characters. Of rich text: a plain paragraph a line.',
  })
  proposedText!: string;
  @Field(() => String, {
    description:
      'SHA-256 of the text as you saw it, in UTF-8, in hexadecimal; `WorkingPlan.text` tells it. Another text there now is refused.',
  })
  baseHash!: string;
}

@InputType()
export class ResolveSuggestionInput {
  @Field(() => ID)
  clientMutationId!: string;
  @Field(() => ID)
  id!: string;
  @Field(() => String, { nullable: true, description: 'At most 2,000 characters.' })
  note!: string | null;
}

@InputType()
export class WithdrawSuggestionInput {
  @Field(() => ID)
  clientMutationId!: string;
  @Field(() => ID)
  id!: string;
}

@InputType({
  description:
    'Either `nodeId`, `field` and (for a localized text) `locale`: the whole of that text. Or `text`: each occurrence in the plan.',
})
export class RedactPlanTextInput {
  @Field(() => ID)
  clientMutationId!: string;
  @Field(() => ID)
  planId!: string;
  @Field(() => ID, { nullable: true })
  nodeId!: string | null;
  @Field(() => String, { nullable: true })
  field!: string | null;
  @Field(() => LocaleTag, { nullable: true })
  locale!: string | null;
  @Field(() => String, {
    nullable: true,
    description: 'Case as given, composed and decomposed accents alike; one line of 2 to 500 characters.',
  })
  text!: string | null;
  @Field(() => String, { description: 'Kept for ever: it must not hold the text. At most 2,000 characters.' })
  reason!: string;
}
