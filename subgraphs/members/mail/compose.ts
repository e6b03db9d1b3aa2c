import { createHash } from 'node:crypto';
import { encode } from 'html-entities';
import type { NoticeKind } from '../../../kit/notices/write.ts';
import { localize } from '../../../kit/types.ts';
import type { Notice } from '../entities/notice.ts';
import { linkTo } from './links.ts';
import { wordsFor } from './words.ts';

export interface Message {
  subject: string;
  text: string;
  html: string;
  language: string;
  /** Equal for a mail that says the same to the same person: one that was sent twice is known as one by it. */
  messageId: string;
}

export interface Reader {
  personId: string;
  /** E.g. `pt-BR`. */
  locale: string;
  /** IANA. */
  timeZone: string;
  /** Excerpts too; else titles and links only. */
  withContent: boolean;
}

const shown = 50; // notices; the others are in the inbox
const name = 'NET4U';
/** What waits for an act comes first. */
const order: readonly NoticeKind[] = ['DECISION_WAITS', 'MENTION', 'ASSIGNED', 'LATE'];

const html = (text: string) => encode(text, { level: 'xml' });
const page = (language: string, body: string) =>
  `<!doctype html><html lang="${language}"><head><meta charset="utf-8"></head><body>${body}</body></html>`;
const idFor = (host: string, ...parts: string[]) =>
  `<${createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 40)}@${host}>`;

/** One mail of all these, in the reader's language and time zone. @param publicUrl the platform's address */
export function composeDigest(notices: readonly Notice[], reader: Reader, publicUrl: string): Message {
  const { language, words } = wordsFor(reader.locale);
  const { timeZone } = reader;
  const moments = new Intl.DateTimeFormat(reader.locale, { timeZone, dateStyle: 'long', timeStyle: 'short' });
  const days = new Intl.DateTimeFormat(reader.locale, { timeZone: 'UTC', dateStyle: 'long' });
  const items = order.flatMap((kind) => notices.filter((one) => one.kind === kind)).slice(0, shown);
  const titleOf = (one: Notice) =>
    localize(one.titles, reader.locale, one.sourceLocale)?.text ?? words.untitled[one.targetType];
  const timeOf = (one: Notice) => {
    if (one.dueAt) return words.until(moments.format(one.dueAt));
    return one.dueOn === null ? null : words.dueOn(days.format(new Date(`${one.dueOn}T00:00:00Z`)));
  };
  const lines: string[] = [];
  const blocks: string[] = [];
  for (const kind of order) {
    const own = items.filter((one) => one.kind === kind);
    if (own.length === 0) continue;
    lines.push(words.heading[kind], '');
    blocks.push(`<h2>${html(words.heading[kind])}</h2><ul>`);
    for (const one of own) {
      const [title, time, link] = [titleOf(one), timeOf(one), `${publicUrl}${linkTo(one)}`];
      const quote = reader.withContent && one.excerpt ? one.excerpt : null;
      lines.push(`- ${title}`, ...(time ? [`  ${time}`] : []), ...(quote ? [`  > ${quote}`] : []), `  ${link}`, '');
      const rest = [time && html(time), quote && `<q>${html(quote)}</q>`].filter(Boolean).map((line) => `<br>${line}`);
      blocks.push(`<li><a href="${html(link)}">${html(title)}</a>${rest.join('')}</li>`);
    }
    blocks.push('</ul>');
  }
  const more = notices.length > items.length ? [words.more(notices.length - items.length)] : [];
  const isTimed = items.some((one) => one.dueAt);
  const foot = [...more, ...(isTimed ? [words.zone(timeZone)] : []), words.why, publicUrl];
  lines.push('-- ', ...foot, '');
  const [only] = items;
  return {
    subject: `${name}: ${notices.length === 1 && only ? words.subject(only.kind, titleOf(only)) : words.subjectOfMany(notices.length)}`,
    text: lines.join('\n'),
    html: page(language, `${blocks.join('')}<hr><p>${foot.map(html).join('<br>')}</p>`),
    language,
    messageId: idFor(new URL(publicUrl).hostname, reader.personId, ...notices.map(({ id }) => id).sort()),
  };
}

export function composeCode(code: string, personId: string, locale: string, publicUrl: string): Message {
  const { language, words } = wordsFor(locale);
  const lines = [words.code.body(code), words.code.ignore, publicUrl];
  return {
    subject: `${name}: ${words.code.subject}`,
    text: `${lines.join('\n\n')}\n`,
    html: page(language, lines.map((line) => `<p>${html(line)}</p>`).join('')),
    language,
    messageId: idFor(new URL(publicUrl).hostname, personId, code),
  };
}
