/** What an operation asks for, in units: a number, or one that depends on the values of its variables. */
export type Cost = number | ((variables: Variables) => number);

export type Variables = Readonly<Record<string, unknown>>;

let evaluation = 0;

/** What it comes to for these variables. */
export function evaluate(cost: Cost, variables: Variables): number {
  if (typeof cost === 'number') return cost;
  evaluation += 1;
  return cost(variables);
}

/** For a cost that stands in several places of one operation: it is worked out once in each evaluation, or types within types would multiply. */
export function share(cost: Cost): Cost {
  if (typeof cost === 'number') return cost;
  let known = 0;
  let at = 0;
  return (variables) => {
    if (at === evaluation) return known;
    known = cost(variables);
    at = evaluation;
    return known;
  };
}

const costFor = (cost: Cost, variables: Variables): number => (typeof cost === 'number' ? cost : cost(variables));

/** What is known before the variables are is added up once. */
export function add(costs: readonly Cost[]): Cost {
  let known = 0;
  const rest: ((variables: Variables) => number)[] = [];
  for (const cost of costs) {
    if (typeof cost === 'number') known += cost;
    else rest.push(cost);
  }
  if (rest.length === 0) return known;
  return (variables) => {
    let sum = known;
    for (const cost of rest) sum += cost(variables);
    return sum;
  };
}

export function times(size: Cost, each: Cost): Cost {
  if (size === 0 || each === 0) return 0;
  if (size === 1) return each;
  if (typeof size === 'number' && typeof each === 'number') return size * each;
  return (variables) => {
    const count = costFor(size, variables);
    return count === 0 ? 0 : count * costFor(each, variables);
  };
}

/** The dearest: of what an object of an interface or union may turn out to be. */
export function dearest(costs: readonly Cost[]): Cost {
  const known = Math.max(0, ...costs.filter((cost) => typeof cost === 'number'));
  const rest = [...new Set(costs)].filter((cost) => typeof cost === 'function');
  if (rest.length === 0) return known;
  return (variables) => Math.max(known, ...rest.map((cost) => cost(variables)));
}
