import type { ServedFile } from '../../../kit/files.ts';
import { writeCsv } from './csv.ts';
import { type ExportSource, modelOf, type PlanModel } from './model.ts';
import { type Say, sayIn } from './words.ts';

export const exportFormats = ['XLSX', 'DOCX', 'PDF', 'CSV', 'MARKDOWN', 'JSON', 'ICS'] as const;
export type ExportFormat = (typeof exportFormats)[number];

type Write = (plan: PlanModel, say: Say, onProgress: (part: number) => void) => Promise<Uint8Array> | Uint8Array;

/** How each format is written; its library is loaded when it is asked for. */
const writers: Record<ExportFormat, { extension: string; mediaType: string; load: () => Promise<Write> }> = {
  XLSX: {
    extension: 'xlsx',
    mediaType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    load: async () => (await import('./xlsx.ts')).writeXlsx,
  },
  DOCX: {
    extension: 'docx',
    mediaType: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    load: async () => (await import('./docx.ts')).writeDocx,
  },
  PDF: { extension: 'pdf', mediaType: 'application/pdf', load: async () => (await import('./pdf.ts')).writePdf },
  CSV: { extension: 'csv', mediaType: 'text/csv; charset=utf-8', load: async () => writeCsv },
  MARKDOWN: {
    extension: 'md',
    mediaType: 'text/markdown; charset=utf-8',
    load: async () => (await import('./markdown.ts')).writeMarkdown,
  },
  JSON: { extension: 'json', mediaType: 'application/json', load: async () => (await import('./json.ts')).writeJson },
  ICS: {
    extension: 'ics',
    mediaType: 'text/calendar; charset=utf-8',
    load: async () => (await import('./ics.ts')).writeIcs,
  },
};

/** The plan as a file. @param onProgress told how much is done, 0..1 */
export async function renderPlan(
  source: ExportSource,
  format: ExportFormat,
  onProgress: (part: number) => void = () => {},
): Promise<ServedFile> {
  const { extension, mediaType, load } = writers[format];
  const write = await load();
  onProgress(0.2);
  const plan = modelOf(source);
  const bytes = await write(plan, sayIn(source.locale), (part) => onProgress(0.2 + part * 0.8));
  return { name: `${fileName(plan)}.${extension}`, mediaType, bytes };
}

/** The plan's title as far as it makes a good name, and the version. */
function fileName({ title, source }: PlanModel): string {
  const words = title.text
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
    .split(' ')
    .slice(0, 12)
    .join('-');
  const version = source.version === null ? source.exportedAt.slice(0, 10) : `v${source.version}`;
  return `${words.slice(0, 80) || 'working-plan'}-${version}`;
}
