import * as Y from 'yjs';

const words = 'the network will train and support members who protect victims and witnesses in the region '.split(' ');
const sentence = (n: number, from: number) =>
  Array.from({ length: n }, (_, i) => words[(from * 7 + i * 3) % (words.length - 1)]).join(' ');

/** A plan as a form would hold it: so many activities in objectives of 25, each with a title, a description of some 60 words and two milestones. */
export interface PlanShape {
  objectives: { outcomes: { activities: { title: string; description: string; milestones: string[] }[] }[] }[];
}

export function shapeOf(activities: number): PlanShape {
  const plan: PlanShape = { objectives: [] };
  for (let made = 0; made < activities; ) {
    const outcomes: PlanShape['objectives'][number]['outcomes'] = [];
    for (let o = 0; o < 5 && made < activities; o++) {
      const list = [];
      for (let a = 0; a < 5 && made < activities; a++, made++) {
        list.push({
          title: sentence(8, made),
          description: sentence(60, made + 1),
          milestones: [sentence(5, made + 2), sentence(5, made + 3)],
        });
      }
      outcomes.push({ activities: list });
    }
    plan.objectives.push({ outcomes });
  }
  return plan;
}

/** Writes the plan's content in the shared types of our model; a transaction for each node, so that it can be sent in pieces. The node `plan` is there. */
export function fillDocument(doc: Y.Doc, activities: number): void {
  const nodes = doc.getMap<Y.Map<unknown>>('nodes');
  const add = (kind: string, key: string, parent: string, texts: Record<string, string>) =>
    doc.transact(() => {
      const node = new Y.Map<unknown>();
      nodes.set(key, node);
      for (const [field, value] of Object.entries({ kind, parent, pos: 'a0', code: key })) node.set(field, value);
      for (const [field, text] of Object.entries(texts)) {
        const locales = new Y.Map<Y.Text | Y.XmlFragment>();
        node.set(field, locales);
        for (const locale of ['en', 'es'])
          locales.set(locale, field === 'description' ? richText(text) : new Y.Text(text));
      }
    });
  shapeOf(activities).objectives.forEach(({ outcomes }, o) => {
    add('objective', `o${o}`, 'plan', { title: `Objective ${o}` });
    outcomes.forEach((outcome, u) => {
      add('outcome', `o${o}.${u}`, `o${o}`, { statement: `Outcome ${u}` });
      outcome.activities.forEach(({ title, description, milestones }, a) => {
        const key = `a${o}.${u}.${a}`;
        add('activity', key, `o${o}.${u}`, { title, description });
        for (const [m, milestone] of milestones.entries())
          add('milestone', `m${o}.${u}.${a}-${m}`, key, { title: milestone });
      });
    });
  });
}

function richText(text: string): Y.XmlFragment {
  const fragment = new Y.XmlFragment();
  const paragraph = new Y.XmlElement('paragraph');
  paragraph.insert(0, [new Y.XmlText(text)]);
  fragment.insert(0, [paragraph]);
  return fragment;
}

/** The node that every plan begins with; ours makes it itself. */
export function makePlanNode(doc: Y.Doc): void {
  doc.transact(() => {
    const plan = new Y.Map<unknown>();
    doc.getMap('nodes').set('plan', plan);
    for (const [field, value] of Object.entries({ kind: 'plan', parent: null, pos: 'a0', code: '' }))
      plan.set(field, value);
    const title = new Y.Map<Y.Text>();
    plan.set('title', title);
    for (const locale of ['en', 'es']) title.set(locale, new Y.Text('A plan'));
  });
}

/** The text that is typed in: the plan's own title, in English. */
export function textOf(doc: Y.Doc): Y.Text {
  const plan = doc.getMap('nodes').get('plan') as Y.Map<unknown>;
  return (plan.get('title') as Y.Map<unknown>).get('en') as Y.Text;
}
