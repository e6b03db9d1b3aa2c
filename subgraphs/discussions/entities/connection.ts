import { Field, ObjectType } from 'type-graphql';
import { Cursor } from '../../../kit/scalars.ts';
import { PageInfo } from '../../../kit/types.ts';

/**
 * A page of a list with its cursors: a type for each list, as the schema knows types by their names.
 * @param type of what is listed
 * @param name of the types: `Post` makes PostEdge and PostConnection
 */
export function connectionOf(type: () => new () => object, name: string, description: string) {
  @ObjectType(`${name}Edge`)
  class Edge {
    @Field(() => type())
    node!: object;
    @Field(() => Cursor)
    cursor!: string;
  }

  @ObjectType(`${name}Connection`, { description })
  class Connection {
    @Field(() => [Edge])
    edges!: Edge[];
    @Field(() => PageInfo)
    pageInfo!: PageInfo;
  }
  return Connection;
}
