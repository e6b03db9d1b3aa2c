import { createRequire } from 'node:module';
import PDFDocument from 'pdfkit';
import type { ActivityModel, PlanModel, Text } from './model.ts';
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
import { coded } from './undp.ts';
import type { Say } from './words.ts';

const require = createRequire(import.meta.url);
/** Letters of the four languages and many more; the PDF holds those it uses, so that it reads the same everywhere. */
const fonts = {
  plain: require.resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf'),
  bold: require.resolve('dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf'),
  em: require.resolve('dejavu-fonts-ttf/ttf/DejaVuSans-Oblique.ttf'),
};
const sizes = { H1: 20, H2: 15, H3: 12.5, H4: 11, P: 9.5 } as const;
type Tag = keyof typeof sizes;

/**
 * The plan for reading and printing, tagged for screen readers, with headings as bookmarks. It says nothing of who made the file.
 * @param onProgress told how much is written, 0..1
 */
export async function writePdf(
  plan: PlanModel,
  say: Say,
  onProgress: (part: number) => void = () => {},
): Promise<Uint8Array> {
  const { source } = plan;
  const doc = new PDFDocument({
    size: 'A4',
    margin: 56,
    bufferPages: true,
    pdfVersion: '1.7',
    tagged: true,
    displayTitle: true,
    lang: source.locale,
    info: { Title: plan.title.text, Producer: '', Creator: '', CreationDate: new Date(source.exportedAt) },
  } as PDFKit.PDFDocumentOptions);
  const chunks: Buffer[] = [];
  const whole = new Promise<Buffer>((resolve, reject) => {
    doc.on('data', (chunk: Buffer) => chunks.push(chunk));
    doc.on('end', () => resolve(Buffer.concat(chunks)));
    doc.on('error', reject);
  });
  for (const [name, file] of Object.entries(fonts)) doc.registerFont(name, file);

  const root = doc.struct('Document');
  doc.addStructure(root);
  const put = (tag: Tag, write: () => void) => {
    root.add(
      doc.struct(tag, {}, () => {
        doc.fontSize(sizes[tag]);
        write();
      }),
    );
    doc.moveDown(tag === 'P' ? 0.25 : 0.35);
  };
  const outlines: unknown[] = [doc.outline];
  const heading = (level: 1 | 2 | 3 | 4, text: string) => {
    if (text === '') return;
    // A heading at the foot of a page would stand alone.
    if (doc.y > doc.page.height - doc.page.margins.bottom - 60) doc.addPage();
    outlines[level] = (outlines[level - 1] as PDFKit.PDFOutline).addItem(text.slice(0, 200));
    put(`H${level}`, () => doc.font('bold').text(text));
  };
  const paragraph = (text: string, indent = 0) => {
    if (text !== '') put('P', () => doc.font('plain').text(text, { indent }));
  };
  const rich = (text: Text) => {
    for (const { kind, level, number, runs } of blocksOf(text)) {
      const sign = kind === 'bullet' ? '•  ' : kind === 'number' ? `${number}.  ` : '';
      put('P', () => {
        const options = { indent: kind === 'bullet' || kind === 'number' ? 12 * (level + 1) : 0 };
        if (sign) doc.font('plain').text(sign, { ...options, continued: true });
        for (const [index, one] of runs.entries()) {
          const font = one.strong || kind === 'heading' ? 'bold' : one.em ? 'em' : 'plain';
          doc.font(font).text(one.text, {
            ...(sign === '' && index === 0 ? options : {}),
            continued: index < runs.length - 1,
            underline: one.href !== null,
            link: one.href,
          } as PDFKit.Mixins.TextOptions);
        }
      });
    }
  };
  const facts = (all: readonly Fact[]) => {
    for (const [word, value] of all)
      put('P', () => {
        doc.font('bold').text(`${say(word)}: `, { continued: true });
        doc.font('plain').text(value);
      });
  };
  const lists = (all: readonly List[]) => {
    for (const [word, lines] of all) {
      put('P', () => doc.font('bold').text(say(word)));
      for (const line of lines) paragraph(`•  ${line}`, 12);
    }
  };
  const ofActivity = (activity: ActivityModel) => {
    heading(4, coded(activity.code, activity.title.text));
    rich(activity.description);
    facts(factsOfActivity(activity, plan, say));
    lists(listsOfActivity(activity, say));
  };

  heading(1, plan.title.text);
  facts(factsOfPlan(plan, say));
  rich(plan.preamble);
  for (const [index, objective] of plan.objectives.entries()) {
    heading(2, coded(objective.code, objective.title.text));
    facts(factsOfObjective(objective, say));
    for (const outcome of objective.outcomes) {
      heading(3, coded(outcome.code, outcome.statement.text));
      rich(outcome.assumptions);
      lists(indicatorsOf(outcome, say));
      for (const activity of outcome.activities) ofActivity(activity);
    }
    onProgress((index + 1) / plan.objectives.length);
  }
  root.end();
  numberPages(doc, say);
  doc.end();
  return whole;
}

function numberPages(doc: PDFKit.PDFDocument, say: Say): void {
  const { start, count } = doc.bufferedPageRange();
  for (let at = start; at < start + count; at++) {
    doc.switchToPage(at);
    const { bottom } = doc.page.margins;
    // Written within the margin, which would otherwise begin a new page.
    doc.page.margins.bottom = 0;
    const place = doc.markContent('Artifact', { type: 'Pagination' } as never);
    place.font('plain').fontSize(8);
    place.text(`${say('page')} ${at + 1} / ${count}`, 56, doc.page.height - 40, { align: 'right', lineBreak: false });
    doc.endMarkedContent();
    doc.page.margins.bottom = bottom;
  }
}
