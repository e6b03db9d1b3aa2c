import {
  AlignmentType,
  Document,
  ExternalHyperlink,
  Footer,
  HeadingLevel,
  LevelFormat,
  Packer,
  PageNumber,
  PageOrientation,
  Paragraph,
  type ParagraphChild,
  Table,
  TableCell,
  TableRow,
  TextRun,
  WidthType,
} from 'docx';
import type { ActivityModel, IndicatorModel, PlanModel, Text } from './model.ts';
import {
  type Fact,
  factsOfActivity,
  factsOfObjective,
  factsOfPlan,
  indicatorsOf,
  type List,
  listsOfActivity,
} from './narrative.ts';
import { blocksOf } from './rich.ts';
import { coded, sayIndicator } from './undp.ts';
import type { Say } from './words.ts';
import { cleanXml } from './xml.ts';

const levels = [
  HeadingLevel.HEADING_1,
  HeadingLevel.HEADING_2,
  HeadingLevel.HEADING_3,
  HeadingLevel.HEADING_4,
  HeadingLevel.HEADING_5,
  HeadingLevel.HEADING_6,
] as const;

const run = (text: string, style: { bold?: boolean; italics?: boolean } = {}) =>
  new TextRun({ text: cleanXml(text), ...style });
const heading = (level: number, text: string) =>
  new Paragraph({ heading: levels[Math.min(level, 6) - 1]!, children: [run(text)] });

/** A line break within a line is one. */
const children = (text: string, style: object, href: string | null): ParagraphChild[] => {
  const runs = text
    .split('\n')
    .map((line, index) => new TextRun({ text: cleanXml(line), ...style, ...(index > 0 && { break: 1 }) }));
  return href && URL.canParse(href) ? [new ExternalHyperlink({ link: href, children: runs })] : runs;
};

const rich = (text: Text, below: number): Paragraph[] =>
  blocksOf(text).map(({ kind, level, runs }) => {
    const parts = runs.flatMap((one) =>
      children(one.text, { bold: one.strong, italics: one.em, ...(one.href && { style: 'Hyperlink' }) }, one.href),
    );
    if (kind === 'heading') return new Paragraph({ heading: levels[Math.min(below + level, 6) - 1]!, children: parts });
    if (kind === 'bullet') return new Paragraph({ bullet: { level: Math.min(level, 8) }, children: parts });
    if (kind === 'number')
      return new Paragraph({ numbering: { reference: 'numbers', level: Math.min(level, 8) }, children: parts });
    return new Paragraph({ children: parts });
  });

/**
 * The plan in narrative order, and its logical framework as an annex on pages of their own. It says nothing of who made the file: no author, no editor, no
 * comments.
 */
export async function writeDocx(plan: PlanModel, say: Say): Promise<Uint8Array> {
  const { source } = plan;
  const facts = (all: readonly Fact[]) =>
    all.map(([word, value]) => new Paragraph({ children: [run(`${say(word)}: `, { bold: true }), run(value)] }));
  const lists = (all: readonly List[]) =>
    all.flatMap(([word, lines]) => [
      new Paragraph({ children: [run(say(word), { bold: true })] }),
      ...lines.map((line) => new Paragraph({ bullet: { level: 0 }, children: [run(line)] })),
    ]);
  const ofActivity = (activity: ActivityModel) => [
    heading(4, coded(activity.code, activity.title.text)),
    ...rich(activity.description, 4),
    ...facts(factsOfActivity(activity, plan, say)),
    ...lists(listsOfActivity(activity, say)),
  ];
  const narrative = [
    new Paragraph({ heading: HeadingLevel.TITLE, children: [run(plan.title.text)] }),
    ...facts(factsOfPlan(plan, say)),
    ...rich(plan.preamble, 1),
    ...plan.objectives.flatMap((objective) => [
      heading(2, coded(objective.code, objective.title.text)),
      ...facts(factsOfObjective(objective, say)),
      ...objective.outcomes.flatMap((outcome) => [
        heading(3, coded(outcome.code, outcome.statement.text)),
        ...rich(outcome.assumptions, 3),
        ...lists(indicatorsOf(outcome, say)),
        ...outcome.activities.flatMap(ofActivity),
      ]),
    ]),
  ];
  const footers = {
    default: new Footer({
      children: [
        new Paragraph({
          alignment: AlignmentType.RIGHT,
          children: [new TextRun({ children: [`${say('page')} `, PageNumber.CURRENT, ' / ', PageNumber.TOTAL_PAGES] })],
        }),
      ],
    }),
  };
  const document = new Document({
    creator: '',
    lastModifiedBy: '',
    title: cleanXml(plan.title.text),
    styles: { default: { document: { run: { font: 'Calibri', language: { value: source.locale } } } } },
    numbering: {
      config: [
        {
          reference: 'numbers',
          levels: Array.from({ length: 9 }, (_, level) => ({
            level,
            format: LevelFormat.DECIMAL,
            text: `%${level + 1}.`,
            alignment: AlignmentType.LEFT,
            style: { paragraph: { indent: { left: 720 * (level + 1), hanging: 360 } } },
          })),
        },
      ],
    },
    sections: [
      { footers, children: narrative },
      {
        footers,
        properties: { page: { size: { orientation: PageOrientation.LANDSCAPE } } },
        children: [heading(1, `${say('annex')}: ${say('logframe')}`), logframe(plan, say)],
      },
    ],
  });
  return Packer.toBuffer(document);
}

/** Four columns, and a row for the goal, each purpose, each output and each activity. */
function logframe(plan: PlanModel, say: Say): Table {
  const cell = (lines: string[], bold = false) =>
    new TableCell({
      children: (lines.length > 0 ? lines : ['']).map((line) => new Paragraph({ children: [run(line, { bold })] })),
    });
  const row = (level: string, narrative: string, indicators: IndicatorModel[], assumptions: string[]) =>
    new TableRow({
      cantSplit: false,
      children: [
        cell([level]),
        cell([narrative]),
        cell(indicators.map((one) => sayIndicator(one, say))),
        cell(indicators.map((one) => one.meansOfVerification.text).filter(Boolean)),
        cell(assumptions.filter(Boolean)),
      ],
    });
  const riskOf = ({ risks }: ActivityModel) => risks.map(({ description }) => description.text);
  return new Table({
    width: { size: 100, type: WidthType.PERCENTAGE },
    rows: [
      new TableRow({
        tableHeader: true,
        children: (['level', 'narrative', 'verifiable', 'meansOfVerification', 'assumptions'] as const).map((word) =>
          cell([say(word)], true),
        ),
      }),
      ...plan.objectives.flatMap((objective) => [
        row(say('objective'), coded(objective.code, objective.title.text), [], []),
        ...objective.outcomes.flatMap((outcome) => [
          row(say('outcome'), coded(outcome.code, outcome.statement.text), outcome.indicators, [
            outcome.assumptions.text,
          ]),
          ...outcome.activities.map((activity) =>
            row(say('activity'), coded(activity.code, activity.title.text), activity.indicators, riskOf(activity)),
          ),
        ]),
      ]),
    ],
  });
}
