import { Directive, Field, Float, ObjectType } from 'type-graphql';
import { Cursor, LocaleTag } from '../../../kit/scalars.ts';
import { PageInfo } from '../../../kit/types.ts';
import { Post } from './post.ts';

@ObjectType({ description: 'A piece of text; those that were searched for are marked beside it.' })
export class SnippetPart {
  @Field(() => String)
  text!: string;
  @Field(() => Boolean)
  isMatch!: boolean;
}

@ObjectType()
export class PostMatchEdge {
  @Field(() => Post)
  node!: Post;
  @Field(() => Cursor)
  cursor!: string;
  @Field(() => Float, { description: 'How well it fits: only to be compared within one search.' })
  rank!: number;
  @Field(() => LocaleTag, { description: 'The language in which it was found: the original’s or a translation’s.' })
  locale!: string;
  @Field(() => [SnippetPart], { description: 'Plain text from around what was found.' })
  @Directive('@listSize(assumedSize: 10)')
  snippet!: SnippetPart[];
}

@ObjectType({ description: 'Posts that were found, best first.' })
export class PostMatchConnection {
  @Field(() => [PostMatchEdge])
  edges!: PostMatchEdge[];
  @Field(() => PageInfo)
  pageInfo!: PageInfo;
}
