/**
 * The life of a record as one table: from each state, the states that may come next, each with the names of what its command
 * asks besides the right of who acts. The names are for readers and for the test that holds each table; the command checks.
 */
export type Machine<S extends string, G extends string = string> = Readonly<
  Record<S, Readonly<Partial<Record<S, readonly G[]>>>>
>;

export const mayFollow = <S extends string>(machine: Machine<S>, from: S, to: S): boolean =>
  Object.hasOwn(machine[from], to);

/** In the order of the table. */
export const statesAfter = <S extends string>(machine: Machine<S>, from: S): S[] => Object.keys(machine[from]) as S[];

/** In the order of the table. */
export const statesBefore = <S extends string>(machine: Machine<S>, to: S): S[] =>
  (Object.keys(machine) as S[]).filter((from) => mayFollow(machine, from, to));
