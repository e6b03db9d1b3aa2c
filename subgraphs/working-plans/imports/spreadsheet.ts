import readXlsxFile from 'read-excel-file/node';

/** A sheet's cells as texts: days as YYYY-MM-DD, empty cells as ''. */
export interface SheetRows {
  name: string;
  rows: string[][];
}

const mostRows = 3_000;
const mostColumns = 100;

/** The cells of an XLSX file. @throws Error when it is none */
export async function readSpreadsheet(bytes: Buffer): Promise<SheetRows[]> {
  const sheets = await readXlsxFile(bytes, { trim: true });
  return sheets.map(({ sheet, data }) => ({
    name: sheet,
    rows: data.slice(0, mostRows).map((row) => row.slice(0, mostColumns).map(toText)),
  }));
}

const toText = (value: unknown): string => {
  if (value === null || value === undefined) return '';
  // Days have no zone in a spreadsheet; the library reads them as UTC.
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '' : value.toISOString().slice(0, 10);
  return String(value).replace(/\r\n?/g, '\n');
};
