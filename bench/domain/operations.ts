import { contract, nested, type Operation, widest } from '../../test/statements/operations.ts';

export interface Measured extends Operation {
  /** Of unified.graphql: how long its pages are, for the statement that answers the same. */
  pages?: { memberships: number; threads: number; posts: number };
}

const also = [
  'network → members → seats → roles',
  'thread → posts → authors → reactions',
  'activities → plans → networks',
];

/** The queries of the contract, unified.graphql with the longest pages, and lists within lists of each subgraph. */
export const operations: readonly Measured[] = [
  { ...contract[0]!, pages: { memberships: 25, threads: 10, posts: 5 } },
  { ...widest[0]!, pages: { memberships: 100, threads: 100, posts: 100 } },
  ...contract.slice(1),
  ...nested.filter(({ name }) => also.includes(name)),
];
