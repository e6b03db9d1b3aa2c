import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What a seat's mutation made, so that the same one sent again gets the same answer. */
@Entity({ name: 'mutation' })
export class Mutation {
  @PrimaryColumn('text', { name: 'seat_id' })
  seatId!: string;

  @PrimaryColumn('text', { name: 'client_mutation_id' })
  clientMutationId!: string;

  @Column('text', { name: 'result_id' })
  resultId!: string;

  @Column('text', { name: 'input_hash' })
  inputHash!: string;
}
