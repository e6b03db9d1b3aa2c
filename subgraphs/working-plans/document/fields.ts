/**
 * What a plan is made of: the one table of kinds and fields.
 *
 * `text` is a Y.Map locale -> Y.Text, `richText` a Y.Map locale -> Y.XmlFragment in ProseMirror's shape, everything else but `sql` one JSON
 * value in the node's Y.Map.
 *
 * `sql` names what belongs to a node but is NOT in the document, because whoever may type could then grant himself rights or step around a
 * state machine: visibility, owner networks, provenance, the plan's status, the status of activities and milestones, and the actuals, which stay
 * editable after adoption, when the document is frozen. An update that writes one of them is refused by name.
 */
export const ENUMS = {
  ThematicArea: ['TRAFFICKING_IN_PERSONS', 'SMUGGLING_OF_MIGRANTS', 'FIREARMS', 'GENERAL_UNTOC', 'EMERGING_CRIMES'],
  RiskLevel: ['LOW', 'MEDIUM', 'HIGH', 'CRITICAL'],
  IndicatorUnit: ['COUNT', 'PERCENT', 'YES_NO', 'QUALITATIVE'],
} as const;
type EnumName = keyof typeof ENUMS;

/** On every node. `parent` is a node key or null, `deleted` a flag: nodes are never removed. */
export const COMMON = {
  kind: 'kind',
  parent: 'nodeKey',
  pos: 'position',
  code: 'string',
  deleted: 'deletion',
} as const;

export const FIELDS = {
  plan: {
    title: 'text',
    preamble: 'richText',
    periodStart: 'date',
    periodEnd: 'date',
    status: 'sql',
    visibility: 'sql',
    networks: 'sql',
    sourceLocale: 'sql',
    provenance: 'sql',
  },
  objective: { title: 'text', thematicArea: 'ThematicArea', sdgTargets: 'strings', networks: 'sql', provenance: 'sql' },
  outcome: { statement: 'text', assumptions: 'richText', provenance: 'sql' },
  activity: {
    title: 'text',
    description: 'richText',
    expertGroup: 'string',
    responsible: 'string',
    partners: 'strings',
    externalPartners: 'strings',
    countries: 'strings',
    startsOn: 'date',
    endsOn: 'date',
    instrumentArticles: 'strings',
    sdgTargets: 'strings',
    dependsOn: 'strings',
    status: 'sql',
    visibility: 'sql',
    provenance: 'sql',
  },
  milestone: { title: 'text', dueOn: 'date', status: 'sql', reachedOn: 'sql', evidence: 'sql', provenance: 'sql' },
  indicator: {
    name: 'text',
    unit: 'IndicatorUnit',
    baseline: 'string',
    target: 'string',
    meansOfVerification: 'richText',
    disaggregation: 'strings',
    frequency: 'string',
    actual: 'sql',
    provenance: 'sql',
  },
  budgetLine: {
    label: 'string',
    amount: 'amount',
    currency: 'string',
    fundingSource: 'string',
    visibility: 'sql',
    provenance: 'sql',
  },
  risk: {
    description: 'richText',
    mitigation: 'richText',
    likelihood: 'RiskLevel',
    impact: 'RiskLevel',
    owner: 'string',
    safetyRelevant: 'boolean',
    provenance: 'sql',
  },
} as const satisfies Record<string, Record<string, FieldType>>;

export type FieldType =
  | 'text'
  | 'richText'
  | 'string'
  | 'strings'
  | 'amount'
  | 'boolean'
  | 'date'
  | 'kind'
  | 'nodeKey'
  | 'position'
  | 'deletion'
  | EnumName
  | 'sql';

export type Kind = keyof typeof FIELDS;

/** Kinds below a kind, by the name the typed tree gives them. Strictly downwards: no chain of parents can be a circle. */
export const CHILDREN = {
  plan: { objectives: 'objective' },
  objective: { outcomes: 'outcome' },
  outcome: { activities: 'activity', indicators: 'indicator' },
  activity: { milestones: 'milestone', indicators: 'indicator', budget: 'budgetLine', risks: 'risk' },
  milestone: {},
  indicator: {},
  budgetLine: {},
  risk: {},
} as const satisfies Record<Kind, Record<string, Kind>>;

/** Never set to null. An undo can still remove one, when somebody else changed it meanwhile: readers must live without. */
export const REQUIRED: ReadonlySet<string> = new Set(['kind', 'parent', 'pos', 'periodStart', 'periodEnd']);

export const PLAN_KEY = 'plan';

/** The flag that hides a node. `by` is a seat id, `at` an ISO 8601 instant. */
export interface Deletion {
  by: string;
  at: string;
}

export function isKind(value: unknown): value is Kind {
  return typeof value === 'string' && Object.hasOwn(FIELDS, value);
}

/** The type of a field, or undefined when the kind has no such field. Never walks a prototype: `constructor` is not a field. */
export function fieldType(kind: Kind, field: string): FieldType | undefined {
  if (Object.hasOwn(COMMON, field)) return COMMON[field as keyof typeof COMMON];
  const fields: Record<string, FieldType> = FIELDS[kind];
  return Object.hasOwn(fields, field) ? fields[field] : undefined;
}

/** The localized fields of a kind: created with the node, for all of the plan's locales. */
export function textFields(kind: Kind): [field: string, type: 'text' | 'richText'][] {
  return Object.entries(FIELDS[kind]).filter(
    (entry): entry is [string, 'text' | 'richText'] => entry[1] === 'text' || entry[1] === 'richText',
  );
}

/** Whether a node of kind `child` may stand below a node of kind `parent`; `undefined` is no parent at all (an objective then belongs to the plan). */
export function mayStandUnder(child: Kind, parent: Kind | undefined): boolean {
  if (parent === undefined) return child === 'plan' || child === 'objective';
  return Object.values<Kind>(CHILDREN[parent]).includes(child);
}
