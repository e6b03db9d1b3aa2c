import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What a mutation made, so that the same one sent again gets the same answer. */
@Entity({ name: 'mutation' })
export class Mutation {
  /** The seat, or the subject of someone without one. */
  @PrimaryColumn('text', { name: 'actor' })
  actor!: string;

  @PrimaryColumn('text', { name: 'client_mutation_id' })
  clientMutationId!: string;

  @Column('text', { name: 'result_id' })
  resultId!: string;

  @Column('text', { name: 'input_hash' })
  inputHash!: string;
}
