/**
 * Whether an edit after the projection's position changes more than texts, for which `p` is the plan and `j` its row of `plan_projection`: the log says what each
 * edit touched (`touchedBy`), a line each; `edit <node> <field> <locale>` is a text. Lines beyond 200 are cut, and an edit that says nothing may be anything.
 */
export const hasOutlineEdits = `EXISTS (
  SELECT FROM plan_edit e WHERE e.plan_id = p.id AND e.seq > j.at_seq AND (
    cardinality(e.touched) = 0 OR cardinality(e.touched) >= 200
    OR EXISTS (SELECT FROM unnest(e.touched) AS line WHERE line !~ '^edit [^ ]+ [^ ]+ [^ ]+$')))`;

/** Whether the projection lacks something of plan `p` that it has a column for. */
export const isBehind = `(j.epoch IS DISTINCT FROM p.epoch OR (j.at_seq < p.seq AND ${hasOutlineEdits}))`;

/** The same of one edit, by its lines. */
export const touchesOutline = (touched: readonly string[]): boolean =>
  touched.length === 0 || touched.length >= 200 || touched.some((line) => !/^edit [^ ]+ [^ ]+ [^ ]+$/.test(line));
