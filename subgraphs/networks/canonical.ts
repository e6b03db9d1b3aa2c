import { createHash } from 'node:crypto';

/** The exact text that a decision is about: canonical JSON, in the language of record alone, so that a translation changes no decision. */
export const guidelinesText = (text: { recordLocale: string; title: string; body: string }): string =>
  JSON.stringify({ kind: 'GUIDELINES', locale: text.recordLocale, title: text.title, body: text.body });

/** Names the proposal, so that a decision on one cannot bring back the same words of another. */
export const charterText = (text: {
  id: string;
  recordLocale: string;
  mission: string | null;
  objectives: readonly string[];
}): string =>
  JSON.stringify({
    kind: 'CHARTER',
    proposal: text.id,
    locale: text.recordLocale,
    mission: text.mission,
    objectives: text.objectives,
  });

/** SHA-256 of a text in UTF-8, in lower-case hex. */
export const hashText = (text: string): string => createHash('sha256').update(text).digest('hex');
