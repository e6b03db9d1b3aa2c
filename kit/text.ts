/**
 * Text that can be kept and shown: without control characters but newline and tab, without halves of surrogate pairs (which JSON
 * in Postgres refuses), and without the space around it.
 */
export const cleanText = (text: string): string => text.replace(/[^\P{Cc}\n\t]|\p{Cs}/gu, '').trim();
