import { Field, ObjectType } from 'type-graphql';
import { Column } from 'typeorm';
import { LocaleTag } from '../../../kit/scalars.ts';
import type { TextIn, Translated } from '../translation.ts';

/** The columns of a record that can be read in several languages. */
@ObjectType()
export abstract class TranslatedRecord<F extends string> implements Translated<F> {
  @Column('jsonb', { name: 'texts' })
  texts!: Record<string, TextIn<F>>;

  @Field(() => LocaleTag, { description: 'The language of record.' })
  @Column('text', { name: 'source_locale' })
  originalLocale!: string;

  /** Goes up with each change of the text in the language of record. */
  @Column('integer', { name: 'source_revision' })
  sourceRevision!: number;
}
