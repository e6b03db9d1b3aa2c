import { Refusal } from './refusal.ts';

/** A start or empty tag, whatever stands in its quotes. */
const tags = /<[^\s"'<>/!?][^\s"'<>/]*(?:"[^"]*"|'[^']*'|[^'"<>])*>/g;

const property = (root: string, namespace: string) =>
  `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<${root} xmlns${root.includes(':') ? `:${root.split(':')[0]}` : ''}="${namespace}"/>`;
const officeXml = 'http://schemas.openxmlformats.org';
const core = property('cp:coreProperties', `${officeXml}/package/2006/metadata/core-properties`);
const extended = property('Properties', `${officeXml}/officeDocument/2006/extended-properties`);
const custom = property('Properties', `${officeXml}/officeDocument/2006/custom-properties`);

/** What is left of a document's properties, by the type of their part; undefined for other parts. */
export function emptyProperties(type: string): string | undefined {
  if (/package\.core-properties\+xml$/.test(type)) return core;
  if (/extended-properties\+xml$/.test(type)) return extended;
  return /custom-properties\+xml$/.test(type) ? custom : undefined;
}

/** Parts of which nothing is kept but their form. */
const emptied: readonly [path: RegExp, text: string][] = [
  [/^docProps\/core\.xml$/i, core],
  [/^docProps\/app\.xml$/i, extended],
  [/^docProps\/custom\.xml$/i, custom],
  [/^docProps\//i, '<?xml version="1.0" encoding="UTF-8"?>\n<empty/>'],
  [/^customXml\/item\d*\.xml$/i, '<?xml version="1.0" encoding="UTF-8"?>\n<empty/>'],
  [/^word\/people\.xml$/i, property('w15:people', 'http://schemas.microsoft.com/office/word/2012/wordml')],
];

/** Attributes that name somebody wherever they stand, with any prefix. */
const personal =
  /\s((?:[\w.-]+:)?(?:author|initials|userName|userId|providerId|lastEditedBy|refreshedBy))\s*=\s*("[^"]*"|'[^']*')/gi;
/** The same in lists of people, where a plain name is a person's. */
const naming = /\s((?:[\w.-]+:)?(?:name|displayName))\s*=\s*("[^"]*"|'[^']*')/g;
const lists = /^(ppt\/(commentAuthors|authors|changesInfos)|xl\/persons\/)/i;
const sessions = /\s(?:[\w.-]+:)?rsid\w*\s*=\s*("[^"]*"|'[^']*')/g;
/** Where data of other programs are fetched from, by tag. */
const sources = /\s(connection|command|sourceFile|url|ddeService|ddeTopic)\s*=\s*("[^"]*"|'[^']*')/g;

/** An XML part of an office document as it is kept. @throws Refusal */
export function cleanPart(part: string, xml: string): string {
  const empty = emptied.find(([path]) => path.test(part));
  if (empty) return empty[1];
  let text = xml.replace(/<!--[\s\S]*?-->/g, '');
  if (/^xl\/comments/i.test(part)) text = dropCommenters(text);
  if (/^xl\/workbook/i.test(part)) text = dropElements(dropElements(text, 'absPath'), 'customWorkbookViews');
  if (/^word\/settings/i.test(part)) {
    for (const name of ['attachedTemplate', 'rsids', 'mailMerge', 'docVars']) text = dropElements(text, name);
  }
  if (/^word\//i.test(part)) refuseExchange(text);
  return text.replace(tags, (tag) => {
    let clean = tag.replace(personal, ' $1=""').replace(sessions, '');
    if (lists.test(part)) clean = clean.replace(naming, ' $1=""');
    if (/^<(?:\w+:)?pageSetup\s/.test(tag)) clean = clean.replace(/\s(?:[\w.-]+:)?id\s*=\s*("[^"]*"|'[^']*')/g, '');
    if (/^xl\/connections/i.test(part) || /^<(?:\w+:)?ddeLink\s/.test(tag)) clean = clean.replace(sources, ' $1=""');
    return clean;
  });
}

/** Names of those who commented: in their list, and where a spreadsheet has put them before what they said. */
function dropCommenters(xml: string): string {
  const author = /(<(?:\w+:)?author(?:\s[^>]*)?>)([^<]*)/g;
  const names = [...xml.matchAll(author)].map(([, , name = '']) => name.trim()).filter((name) => name.length > 1);
  let text = xml.replace(author, '$1');
  for (const name of names) text = text.replaceAll(`>${name}:`, '>');
  return text;
}

/** A field by which Word starts another program when the document is opened, however it is cut into pieces. @throws Refusal */
function refuseExchange(xml: string): void {
  const pieces = [...xml.matchAll(/<(?:\w+:)?instrText(?:\s[^>]*)?>([^<]*)/g)].map(([, text = '']) => text);
  const simple = [...xml.matchAll(/\s(?:\w+:)?instr\s*=\s*("[^"]*"|'[^']*')/g)].map(([, text = '']) => text);
  if (/\bDDE(AUTO)?\b/i.test(decodeReferences([pieces.join(''), ...simple].join('\n')))) {
    throw new Refusal('The document holds a field that starts other programs (DDE): take it out.');
  }
}

/** A drawing without what the program that made it says of its writer. */
export function cleanSvg(xml: string): string {
  let text = xml.replace(/<!--[\s\S]*?-->/g, '');
  for (const name of ['metadata', 'namedview', 'script']) text = dropElements(text, name);
  return text.replace(tags, (tag) =>
    tag.replace(/\s(?:sodipodi|inkscape):[\w.-]+\s*=\s*("[^"]*"|'[^']*')/g, '').replace(personal, ' $1=""'),
  );
}

/** Elements of this name, with any prefix, and what they hold. */
const dropElements = (text: string, name: string) =>
  text
    .replace(new RegExp(`<(?:[\\w.-]+:)?${name}(?:\\s(?:"[^"]*"|'[^']*'|[^'"<>])*?)?/>`, 'g'), '')
    .replace(new RegExp(`<((?:[\\w.-]+:)?${name})(?:\\s(?:"[^"]*"|'[^']*'|[^'"<>])*)?>[\\s\\S]*?</\\1\\s*>`, 'g'), '');

const gone = /\/(thumbnail|printerSettings|attachedTemplate|revisionHeaders|usernames|origin|classificationlabels)$/i;

/** An attribute as a program reads it: `&#69;` is an E. '' where there is none. */
export function attributeOf(tag: string, name: string): string {
  const [, , value = ''] = new RegExp(`\\s${name}\\s*=\\s*(["'])(.*?)\\1`, 's').exec(tag) ?? [];
  return decodeReferences(value).trim();
}

const named: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const decodeReferences = (text: string): string =>
  text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w+));/gi, (whole, decimal, hex, name) => {
    if (name) return named[name] ?? whole;
    const code = decimal ? Number(decimal) : Number.parseInt(hex, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });

/**
 * Relationships without those to what was dropped, and without paths of the writer's machine. What a program would fetch by itself when the
 * document is opened goes too: it would tell somebody who reads it.
 */
export function dropRelationships(xml: string): string {
  return xml.replace(/<!--[\s\S]*?-->/g, '').replace(tags, (tag) => {
    if (!/^<(?:\w+:)?Relationship\s/.test(tag)) return tag;
    const type = attributeOf(tag, 'Type');
    if (gone.test(type)) return '';
    if (attributeOf(tag, 'TargetMode').toLowerCase() !== 'external') return tag;
    const isLink = type.endsWith('/hyperlink') && /^(https?:|mailto:|#)/i.test(attributeOf(tag, 'Target'));
    return isLink ? tag : tag.replace(/(\sTarget\s*=\s*)("[^"]*"|'[^']*')/, '$1"about:blank"');
  });
}
