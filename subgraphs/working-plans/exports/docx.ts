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
import { sayStatus } from './columns.ts';
import type { ActivityModel, IndicatorModel, PlanModel, Text } from './model.ts';
import { blocksOf } from './rich.ts';
import { coded, sayIndicator } from './undp.ts';
import type { Say } from './words.ts';

const levels = [
  HeadingLevel.HEADING_1,
  HeadingLevel.HEADING_2,
  HeadingLevel.HEADING_3,
  HeadingLevel.HEADING_4,
  HeadingLevel.HEADING_5,
  HeadingLevel.HEADING_6,
] as const;

/** What XML cannot hold would make a file that no program opens. */
const clean = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
  text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '');
const run = (text: string, style: { bold?: boolean; italics?: boolean } = {}) =>
  new TextRun({ text: clean(text), ...style });
const heading = (level: number, text: string) =>
  new Paragraph({ heading: levels[Math.min(level, 6) - 1]!, children: [run(text)] });

/** A line break within a line is one. */
const children = (text: string, style: object, href: string | null): ParagraphChild[] => {
  const runs = text
    .split('\n')
    .map((line, index) => new TextRun({ text: clean(line), ...style, ...(index > 0 && { break: 1 }) }));
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
  const fact = (word: Parameters<Say>[0], value: string) =>
    value ? [new Paragraph({ children: [run(`${say(word)}: `, { bold: true }), run(value)] })] : [];
  const bullets = (word: Parameters<Say>[0], lines: string[]) =>
    lines.length === 0
      ? []
      : [
          new Paragraph({ children: [run(say(word), { bold: true })] }),
          ...lines.map((line) => new Paragraph({ bullet: { level: 0 }, children: [run(line)] })),
        ];
  const ofActivity = (activity: ActivityModel) => [
    heading(4, coded(activity.code, activity.title.text)),
    ...rich(activity.description, 4),
    ...fact('status', sayStatus(activity.status, say)),
    ...fact('note', activity.note ?? ''),
    ...fact('responsible', activity.responsible ? plan.nameOf(activity.responsible) : ''),
    ...fact('expertGroup', activity.expertGroup ? plan.nameOf(activity.expertGroup) : ''),
    ...fact('partners', [...activity.partners.map((id) => plan.nameOf(id)), ...activity.externalPartners].join(', ')),
    ...fact('countries', activity.countries.map((code) => plan.countryOf(code)).join(', ')),
    ...fact('period', [activity.startsOn, activity.endsOn].filter(Boolean).join(' – ')),
    ...fact('instrumentArticles', activity.instrumentArticles.join(', ')),
    ...fact('dependsOn', activity.dependsOn.join(', ')),
    ...fact('strategies', activity.strategies.map(({ title }) => title).join('; ')),
    ...bullets(
      'milestones',
      activity.milestones.map(({ title, dueOn, status }) =>
        [dueOn, title.text, status && `(${sayStatus(status, say)})`].filter(Boolean).join(' '),
      ),
    ),
    ...bullets(
      'indicators',
      activity.indicators.map((one) => sayIndicator(one, say)),
    ),
    ...bullets(
      'budget',
      activity.budget.map(({ label, amount, currency, fundingSource }) =>
        [`${label}:`, amount, currency, fundingSource && `(${fundingSource})`].filter(Boolean).join(' '),
      ),
    ),
    ...bullets(
      'risks',
      activity.risks.map(({ description, likelihood, impact, mitigation }) =>
        [
          description.text,
          [likelihood, impact]
            .map((level) => sayStatus(level, say))
            .filter(Boolean)
            .join(' / '),
          mitigation.text,
        ]
          .filter(Boolean)
          .join(' — '),
      ),
    ),
  ];
  const narrative = [
    new Paragraph({ heading: HeadingLevel.TITLE, children: [run(plan.title.text)] }),
    ...fact('networks', source.networkIds.map((id) => plan.nameOf(id)).join(', ')),
    ...fact('period', [plan.periodStart, plan.periodEnd].filter(Boolean).join(' – ')),
    ...fact('status', sayStatus(source.status, say)),
    ...fact('version', source.version === null ? say('asItStands') : String(source.version)),
    ...fact('contentHash', source.contentHash),
    ...rich(plan.preamble, 1),
    ...plan.objectives.flatMap((objective) => [
      heading(2, coded(objective.code, objective.title.text)),
      ...fact('thematicArea', sayStatus(objective.thematicArea, say)),
      ...fact('sdgTargets', objective.sdgTargets.join(', ')),
      ...objective.outcomes.flatMap((outcome) => [
        heading(3, coded(outcome.code, outcome.statement.text)),
        ...rich(outcome.assumptions, 3),
        ...bullets(
          'indicators',
          outcome.indicators.map((one) => sayIndicator(one, say)),
        ),
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
    title: clean(plan.title.text),
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
