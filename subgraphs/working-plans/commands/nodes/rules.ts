import { isId } from '../../../../kit/once.ts';
import { invalid, type LocalizedInput, type Problem } from '../../../../kit/types.ts';
import type { Kind } from '../../document/fields.ts';
import type { LocalizedRecord } from '../../document/node.ts';
import { isCleanText, MAX_LIST } from '../../document/values.ts';
import { type PlanView, splitId } from '../../view.ts';
import { isArticle, isCountry, isCurrency, isSdgTarget } from './vocabulary.ts';

/** Where an input field is checked: which plan it is of, which node it changes (null: a new one), and how to say what is wrong with it. */
export interface Checking {
  view: PlanView;
  key: string | null;
  fail(why: string, ...below: string[]): Problem;
}
/** An input field as a field of the document; null clears it. @throws Problem with the field's path */
export interface Rule {
  field?: string;
  read(value: never, at: Checking): unknown;
}

const rule = <T>(read: (value: T, at: Checking) => unknown, field?: string): Rule => ({
  ...(field && { field }),
  read: (value: T | null, at) => (value === null ? null : read(value, at)),
});

/** Line ends are \n, as the editor writes them. */
const clean = (text: string, most: number, at: Checking, ...below: string[]): string => {
  if (text.length > most) throw at.fail(`at most ${most} characters.`, ...below);
  if (!isCleanText(text)) throw at.fail('without U+0000.', ...below);
  return text.replace(/\r\n?/g, '\n');
};

const word = (most: number, field?: string): Rule => rule((value: string, at) => clean(value, most, at), field);

/** Locale -> text, for the locales given; null empties every locale. */
const text = (most: number): Rule => ({
  read(value: LocalizedInput[] | null, at): LocalizedRecord {
    const { locales } = at.view.tree;
    if (value === null) return Object.fromEntries(locales.map((locale) => [locale, '']));
    const texts: LocalizedRecord = {};
    for (const [index, { locale, text: given }] of value.entries()) {
      if (!locales.includes(locale)) throw at.fail(`the plan has no locale ${locale}.`, `${index}`, 'locale');
      if (texts[locale] !== undefined) throw at.fail(`${locale} comes twice.`, `${index}`, 'locale');
      texts[locale] = clean(given, most, at, `${index}`, 'text');
    }
    return texts;
  },
});

/** Each entry once, in the order given; null is the empty list. */
const list = (isOne: (one: string) => boolean, shape: string, field?: string): Rule => ({
  ...(field && { field }),
  read(values: string[] | null, at): string[] {
    if ((values?.length ?? 0) > MAX_LIST) throw at.fail(`at most ${MAX_LIST}.`);
    for (const [index, value] of (values ?? []).entries())
      if (!isOne(value)) throw at.fail(`${JSON.stringify(value)} is not ${shape}.`, `${index}`);
    return [...new Set(values)];
  },
});

const id = (field: string): Rule =>
  rule((value: string, at) => {
    if (!isId(value)) throw at.fail('1 to 200 characters of ASCII, without spaces.');
    return value;
  }, field);

const anything = rule((value: unknown) => value);
const isWord = (one: string) => one.trim() !== '' && one.length <= 200 && isCleanText(one);

const required: Rule = {
  read(value: string | null, at) {
    if (value === null) throw at.fail('it cannot be taken away.');
    return value;
  },
};

/** The document keeps amounts as numbers: exact to the cent below ten million millions. */
const amount = rule((value: string, at) => {
  if (!/^\d{1,13}(\.\d{1,2})?$/.test(value)) throw at.fail('a decimal from 0 to 9999999999999.99, two places at most.');
  return Number(value);
});

const currency = rule((value: string, at) => {
  if (!isCurrency(value)) throw at.fail(`${JSON.stringify(value)} is not a currency of ISO 4217.`);
  return value;
});

const body = rule((value: string, at) => {
  if (!isId(value) || !value.startsWith('body:')) throw at.fail('not the id of a body.');
  return value;
}, 'expertGroup');

/** Other activities of the plan, none of which waits for this one already. */
const dependsOn: Rule = {
  field: 'dependsOn',
  read(ids: string[] | null, at): string[] {
    if ((ids?.length ?? 0) > MAX_LIST) throw at.fail(`at most ${MAX_LIST}.`);
    const keys = (ids ?? []).map((one, index) => {
      const [planId, key] = splitId(one) ?? [];
      const place = planId === at.view.plan.id ? at.view.places.get(key!) : undefined;
      if (!place?.activity || place.node !== place.activity) throw at.fail('not an activity of this plan.', `${index}`);
      if (key === at.key) throw at.fail('an activity does not wait for itself.', `${index}`);
      if (at.key !== null && waitsFor(at.view, key!, at.key))
        throw at.fail(`${one} waits for this activity: that would be a circle.`, `${index}`);
      return key!;
    });
    return [...new Set(keys)];
  },
};

/** Whether an activity depends on another, through however many. Ends also where people have typed a circle. */
function waitsFor(view: PlanView, from: string, on: string): boolean {
  const seen = new Set<string>();
  const open = [from];
  for (let key = open.pop(); key !== undefined; key = open.pop()) {
    if (key === on) return true;
    if (seen.has(key)) continue;
    seen.add(key);
    const place = view.places.get(key);
    if (place?.activity && place.node === place.activity) open.push(...place.activity.dependsOn);
  }
  return false;
}

const sdgTargets = list(isSdgTarget, 'an SDG target, as in 16.4');

/** What of an input goes into the document, by kind of node. The other fields (ids, positions) are for the command. */
export const rules: Readonly<Record<Kind, Readonly<Record<string, Rule>>>> = {
  plan: { title: text(500), preamble: text(20_000), periodStart: required, periodEnd: required },
  objective: { code: word(40), title: text(500), thematicArea: anything, sdgTargets },
  outcome: { code: word(40), statement: text(2_000), assumptions: text(20_000) },
  activity: {
    code: word(40),
    title: text(500),
    description: text(20_000),
    expertGroupId: body,
    responsibleId: id('responsible'),
    partnerIds: list(isId, 'an id', 'partners'),
    externalPartners: list(isWord, 'a name of at most 200 characters'),
    countries: list(isCountry, "a country's code"),
    startsOn: anything,
    endsOn: anything,
    instrumentArticles: list(isArticle, 'an article of UNTOC, TIP, SOM or FP, as in UNTOC:25'),
    sdgTargets,
    dependsOnIds: dependsOn,
  },
  milestone: { title: text(500), dueOn: anything },
  indicator: {
    name: text(500),
    unit: anything,
    baseline: word(500),
    target: word(500),
    meansOfVerification: text(5_000),
    disaggregation: list(isWord, 'a word of at most 200 characters'),
    frequency: word(200),
  },
  budgetLine: { label: word(500), amount, currency, fundingSource: word(500) },
  risk: {
    description: text(5_000),
    mitigation: text(5_000),
    likelihood: anything,
    impact: anything,
    ownerId: id('owner'),
    safetyRelevant: anything,
  },
};

/** The input's fields as fields of the document: those given, null for those to clear. @throws Problem with the path of the field at fault */
export function readValues(kind: Kind, input: object, view: PlanView, key: string | null): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [name, { field = name, read }] of Object.entries(rules[kind])) {
    const value = (input as Record<string, unknown>)[name];
    if (value === undefined) continue;
    const fail = (why: string, ...below: string[]) => invalid(`${name}: ${why}`, 'input', name, ...below);
    values[field] = read(value as never, { view, key, fail });
  }
  return values;
}

/** Refuses a period that ends before it begins, told on the end of it that the input gives. */
export function checkPeriod(
  input: object,
  values: Readonly<Record<string, unknown>>,
  before: Readonly<Record<string, unknown>>,
  [from, to]: readonly [string, string],
): void {
  const [start, end] = [from, to].map((field) => (values[field] === undefined ? before[field] : values[field]));
  if (typeof start !== 'string' || typeof end !== 'string' || start <= end) return;
  const given = (input as Record<string, unknown>)[to] === undefined ? from : to;
  throw invalid(`${given}: the end ${end} lies before the start ${start}.`, 'input', given);
}
