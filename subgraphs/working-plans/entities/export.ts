import { Ctx, Field, ID, Int, ObjectType } from 'type-graphql';
import { fileUrl } from '../../../kit/files.ts';
import { DateTime, LocaleTag } from '../../../kit/scalars.ts';
import { defineEnum } from '../../../kit/types.ts';
import { type ExportRow, type ExportStatus, exportStatuses } from '../commands/exports/job.ts';
import type { PlansContext } from '../context.ts';
import { type ExportFormat, exportFormats } from '../exports/render.ts';
import { WorkingPlan } from './working-plan.ts';

export const ExportFormatEnum = defineEnum(
  'ExportFormat',
  exportFormats,
  "XLSX: a sheet in the order of UNDP's annual work plan, one with all columns, which importPlan takes back, and the budget by source. DOCX: the narrative, with the logical framework as an annex. PDF: the narrative. CSV: all columns. MARKDOWN: the narrative. JSON: the typed tree in all locales, as it is hashed. ICS: the deadlines.",
);
export const ExportStatusEnum = defineEnum(
  'ExportStatus',
  exportStatuses,
  'DONE: there is a file. FAILED: there will be none, and `error` says why.',
);

@ObjectType({ description: 'A file, fetched by GET with the same bearer token. It may be asked for in parts (Range).' })
export class ExportFile {
  @Field(() => String, { description: 'A path at the gateway.' })
  url!: string;
  @Field(() => String, { description: 'What it is called when it is saved.' })
  name!: string;
  @Field(() => String, { description: 'RFC 6838: text/csv; charset=utf-8.' })
  mediaType!: string;
  @Field(() => Int, { description: 'Its size.' })
  bytes!: number;
}

@ObjectType({ description: 'A plan asked for as a file: by whoever asked, for 24 hours. Ask for it until it is DONE.' })
export class ExportJob {
  constructor(readonly row: ExportRow) {}

  @Field(() => ID, { description: 'Of the job; of its file too.' })
  id(): string {
    return this.row.id;
  }
  @Field(() => WorkingPlan, { nullable: true, description: 'The plan as it is now.' })
  async plan(@Ctx() { loaders }: PlansContext): Promise<WorkingPlan | null> {
    const view = await loaders.plan.load(this.row.planId);
    return view && new WorkingPlan(view);
  }
  @Field(() => ExportFormatEnum, { description: 'As it was asked for.' })
  format(): ExportFormat {
    return this.row.format;
  }
  @Field(() => LocaleTag, { description: 'Of the headings, and of the texts that the plan has in it.' })
  locale(): string {
    return this.row.locale;
  }
  @Field(() => Int, { nullable: true, description: '`PlanVersion.number`; null: the plan as it stood.' })
  version(): number | null {
    return this.row.version;
  }
  @Field(() => ExportStatusEnum, { description: 'How far it is.' })
  status(): ExportStatus {
    return this.row.status;
  }
  @Field(() => Int, { description: '0 to 100.' })
  progress(): number {
    return this.row.progress;
  }
  @Field(() => ExportFile, { nullable: true, description: 'Once it is DONE.' })
  file(): ExportFile | null {
    const { id, status, fileName, mediaType, size } = this.row;
    if (status !== 'DONE') return null;
    return Object.assign(new ExportFile(), {
      url: fileUrl('working-plans', id),
      name: fileName,
      mediaType,
      bytes: size,
    });
  }
  @Field(() => String, { nullable: true, description: 'Why there is no file, or why it is tried again.' })
  error(): string | null {
    return this.row.error;
  }
  @Field(() => String, { nullable: true, description: "SHA-256 of the plan's whole text that the file was made from." })
  contentHash(): string | null {
    return this.row.contentHash;
  }
  @Field(() => DateTime, { description: 'When it was asked for.' })
  createdAt(): Date {
    return this.row.createdAt;
  }
  @Field(() => DateTime, { description: 'When it is deleted.' })
  expiresAt(): Date {
    return this.row.expiresAt;
  }
}
