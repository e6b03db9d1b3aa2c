/** Who acts: one role each, in one network. `stranger` leads another network, and holds nothing in this one. */
export const who = [
  'rep',
  'editor',
  'lead',
  'steering',
  'coordinator',
  'liaison',
  'observer',
  'partner',
  'operator',
  'officer',
  'stranger',
] as const;
export type Who = (typeof who)[number];

/**
 * What each role may do in a network. `yes` answers all questions of an action, `-` none; what the other words answer is said
 * in `words`. Rep and editor sit in one expert group, which the lead leads; the liaison has been granted its role by the network.
 */
const table = `
action                   | rep      | editor   | lead          | steering    | coordinator  | liaison | observer | partner    | operator    | officer     | stranger
read PUBLIC              | yes      | yes      | yes           | yes         | yes          | yes     | yes      | yes        | yes         | yes         | yes
read NETWORK directory   | yes      | yes      | yes           | yes         | yes          | yes     | -        | -          | -           | yes         | -
read GROUP threads       | in group | in group | in group      | -           | -            | -       | -        | -          | -           | on incident | -
read NETWORK threads     | yes      | yes      | yes           | yes         | yes          | yes     | -        | -          | -           | yes         | -
read a draft plan        | yes      | yes      | yes           | yes         | yes          | yes     | -        | -          | -           | yes         | -
edit a draft plan        | suggest  | yes      | own objective | yes         | yes          | suggest | -        | -          | -           | -           | -
set activity status      | own      | own      | own objective | yes         | yes          | -       | -        | -          | -           | -           | -
accept suggestions       | -        | -        | own objective | yes         | yes          | -       | -        | -          | -           | -           | -
submit plan for review   | -        | -        | -             | -           | yes          | -       | -        | -          | -           | -           | -
adopt what is decided    | -        | -        | -             | yes         | yes          | -       | -        | -          | -           | -           | -
take a position          | yes      | -        | -             | yes         | -            | -       | -        | -          | -           | -           | -
start a thread, post     | yes      | yes      | yes           | yes         | yes          | yes     | -        | -          | -           | yes         | -
open a decision          | -        | -        | group scope   | yes         | yes          | -       | -        | -          | -           | -           | -
decide membership        | -        | -        | -             | yes         | prepares     | -       | -        | -          | -           | may block   | -
assign roles             | -        | -        | -             | yes         | within group | -       | -        | -          | -           | -           | -
partner keys             | -        | -        | -             | issue       | revoke       | -       | -        | rotate own | revoke      | revoke      | -
webhooks                 | -        | -        | -             | yes         | stop         | -       | -        | yes        | stop        | stop        | -
export plan              | yes      | yes      | yes           | yes         | yes          | adopted | public   | public     | -           | -           | public
export the directory     | -        | -        | -             | two persons | two persons  | -       | -        | -          | -           | -           | -
freeze a seat            | -        | -        | -             | -           | ask          | -       | -        | -          | when asked  | yes         | -
redact text              | -        | -        | -             | -           | ask          | -       | -        | -          | when asked  | yes         | -
break the glass          | -        | -        | -             | -           | -            | -       | -        | -          | yes         | -           | -
`;

/** The questions that a word answers with yes. */
const words: Record<string, readonly string[]> = {
  'in group': ['own group'],
  'on incident': ['what was reported'],
  suggest: ['suggest'],
  own: ['of the own organisation'],
  'own objective': ['own objective', 'suggest'],
  'group scope': ['in the own group'],
  prepares: ['prepare'],
  'may block': ['block'],
  'within group': ['within groups'],
  issue: ['issue', 'revoke'],
  revoke: ['revoke'],
  'rotate own': ['rotate own'],
  stop: ['stop'],
  adopted: ['adopted', 'public'],
  public: ['public'],
  'two persons': ['ask for it', 'agree to another’s'],
  ask: ['ask'],
  'when asked': ['when asked'],
};

export type Cell = { action: string; role: Who; word: string };
const [head, ...rows] = table
  .trim()
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()));

export const cells: Cell[] = rows.flatMap(([action, ...marks]) =>
  marks.map((word, place) => ({ action: action!, role: who[place]!, word })),
);
export const columns = head!.slice(1);
export const actions = rows.map(([action]) => action!);

/** @param questions all of the action; @returns those that the word answers with yes */
export function yesTo(word: string, questions: readonly string[]): string[] {
  if (word === 'yes') return [...questions];
  if (word === '-') return [];
  const known = words[word];
  if (!known) throw new Error(`no such word: ${word}`);
  return questions.filter((question) => known.includes(question));
}
