/** A start or empty tag, whatever stands in its quotes. */
const tags = /<[^\s"'<>/!?][^\s"'<>/]*(?:"[^"]*"|'[^']*'|[^'"<>])*>/g;

const property = (root: string, namespace: string) =>
  `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<${root} xmlns${root.includes(':') ? `:${root.split(':')[0]}` : ''}="${namespace}"/>`;
const officeXml = 'http://schemas.openxmlformats.org';

/** Parts of which nothing is kept but their form. */
const emptied: readonly [path: RegExp, text: string][] = [
  [/^docProps\/core\.xml$/, property('cp:coreProperties', `${officeXml}/package/2006/metadata/core-properties`)],
  [/^docProps\/app\.xml$/, property('Properties', `${officeXml}/officeDocument/2006/extended-properties`)],
  [/^docProps\/custom\.xml$/, property('Properties', `${officeXml}/officeDocument/2006/custom-properties`)],
  [/^docProps\//, '<?xml version="1.0" encoding="UTF-8"?>\n<empty/>'],
  [/^customXml\/item\d+\.xml$/, '<?xml version="1.0" encoding="UTF-8"?>\n<empty/>'],
  [/^word\/people\.xml$/, property('w15:people', 'http://schemas.microsoft.com/office/word/2012/wordml')],
];

/** Attributes that name somebody wherever they stand, with any prefix. */
const personal =
  /\s((?:[\w.-]+:)?(?:author|initials|userName|userId|providerId|lastEditedBy))\s*=\s*("[^"]*"|'[^']*')/gi;
/** The same in lists of people, where a plain name is a person's. */
const naming = /\s((?:[\w.-]+:)?(?:name|displayName))\s*=\s*("[^"]*"|'[^']*')/g;
const lists = /^(ppt\/(commentAuthors|authors|changesInfos)|xl\/persons\/)/;
const sessions = /\s(?:[\w.-]+:)?rsid\w*\s*=\s*("[^"]*"|'[^']*')/g;

/** An XML part of an office document as it is kept. */
export function cleanPart(part: string, xml: string): string {
  const empty = emptied.find(([path]) => path.test(part));
  if (empty) return empty[1];
  let text = xml.replace(/<!--[\s\S]*?-->/g, '');
  if (part.startsWith('xl/comments')) text = text.replace(/(<(?:\w+:)?author(?:\s[^>]*)?>)[^<]*/g, '$1');
  if (part.startsWith('xl/workbook')) text = dropElements(text, 'absPath');
  if (part.startsWith('word/settings')) text = dropElements(dropElements(text, 'attachedTemplate'), 'rsids');
  return text.replace(tags, (tag) => {
    let clean = tag.replace(personal, ' $1=""').replace(sessions, '');
    if (lists.test(part)) clean = clean.replace(naming, ' $1=""');
    if (/^<(?:\w+:)?pageSetup\s/.test(tag)) clean = clean.replace(/\s(?:[\w.-]+:)?id\s*=\s*("[^"]*"|'[^']*')/g, '');
    if (part === 'xl/connections.xml')
      clean = clean.replace(/\s(connection|command|sourceFile)\s*=\s*("[^"]*"|'[^']*')/g, ' $1=""');
    return clean;
  });
}

/** Elements of this name, with any prefix, and what they hold. */
const dropElements = (text: string, name: string) =>
  text
    .replace(new RegExp(`<(?:[\\w.-]+:)?${name}(?:\\s(?:"[^"]*"|'[^']*'|[^'"<>])*?)?/>`, 'g'), '')
    .replace(new RegExp(`<((?:[\\w.-]+:)?${name})(?:\\s(?:"[^"]*"|'[^']*'|[^'"<>])*)?>[\\s\\S]*?</\\1\\s*>`, 'g'), '');

const gone = /\/(thumbnail|printerSettings|attachedTemplate|revisionHeaders|usernames|origin)$/;

/**
 * Relationships without those to what was dropped, and without paths of the writer's machine. What a program would fetch by itself when the
 * document is opened goes too: it would tell somebody who reads it.
 */
export function dropRelationships(xml: string): string {
  return xml.replace(/<!--[\s\S]*?-->/g, '').replace(tags, (tag) => {
    if (!/^<(?:\w+:)?Relationship\s/.test(tag)) return tag;
    const type = /\sType\s*=\s*["']([^"']*)/.exec(tag)?.[1] ?? '';
    if (gone.test(type)) return '';
    if (!/\sTargetMode\s*=\s*["']External/.test(tag)) return tag;
    const target = /\sTarget\s*=\s*["']([^"']*)/.exec(tag)?.[1] ?? '';
    const isLink = type.endsWith('/hyperlink') && /^(https?:|mailto:|#)/i.test(target);
    return isLink ? tag : tag.replace(/(\sTarget\s*=\s*)("[^"]*"|'[^']*')/, '$1"about:blank"');
  });
}
