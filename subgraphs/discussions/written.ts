import { Decision } from './entities/decision.ts';
import { KnowledgeItem } from './entities/knowledge.ts';
import { Meeting } from './entities/meeting.ts';
import { Statement } from './entities/statement.ts';

/** Records from which words are taken out as wholes, each with its table. */
export const recordKinds = {
  Meeting: { entity: Meeting, table: 'meeting' },
  Statement: { entity: Statement, table: 'statement' },
  KnowledgeItem: { entity: KnowledgeItem, table: 'knowledge_item' },
  Decision: { entity: Decision, table: 'decision' },
} as const;

/** The columns of a record that people write into. */
export const written = {
  Meeting: ['titles', 'agendaItems', 'place', 'hostCity', 'joinText', 'externals', 'webLinks', 'cancellationReason'],
  Statement: ['texts', 'forum', 'withdrawalReason'],
  KnowledgeItem: ['texts', 'tags', 'webLinks'],
  Decision: ['titles', 'withdrawalReason'],
} as const;
