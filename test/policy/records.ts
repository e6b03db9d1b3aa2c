import type { Member } from '../people.ts';
import { net } from './actors.ts';
import { done } from './send.ts';
import { en, type Stage } from './stage.ts';

export const source = { url: 'https://www.example.org/source', checkedOn: '2026-01-02' };

/** What a coordinator records and writes besides what the matrix needs: one of each kind, with the input that made it. */
export async function makeRecords(coordinator: Member, rep: Member, stage: Stage) {
  const make = async (name: string, input: object, thing: string) =>
    (await done(coordinator, name, { ...input }, `${thing} { id }`))[thing].id as string;
  const tracked = {
    networkId: net,
    country: 'UG',
    instrument: 'UNTOC',
    clusterCode: 'I',
    stage: 'NOT_STARTED',
    source,
  };
  const briefing = {
    track: 'COUNTRY_REVIEW',
    kind: 'BRIEFING_TO_FOCAL_POINT',
    status: 'PLANNED',
    visibility: 'NETWORK',
  };
  const inputs = {
    alliance: {
      networkId: net,
      kind: 'NATIONAL_ALLIANCE',
      relations: ['EXCHANGE'],
      name: en('Alliance'),
      countries: ['UG'],
      partnerId: 'partner:sample',
    },
    programme: { networkId: net, name: en('A programme'), source },
    session: {
      networkId: net,
      kind: 'COP_SESSION',
      status: 'ANNOUNCED',
      startsOn: '2028-10',
      title: en('A session'),
      source,
    },
    statement: { title: 'With one voice', body: 'Words' },
  };
  const review = await make('recordCountryReview', tracked, 'review');
  const line = { networkId: net, reviewId: review, article: 'UNTOC:5', text: en('Words') };
  await done(coordinator, 'upsertReviewInput', line);
  const charter = { networkId: net, recordLocale: 'en', mission: en('One voice'), objectives: [{ text: en('Unite') }] };
  const node = { activityId: stage.activities.any, title: en('Half-way') };
  const texts = [{ locale: 'en', title: 'A practice', summary: 'In short' }];
  const spanish = { postId: stage.post, locale: 'es', text: 'Palabras', sourceVersion: 1 };
  await done(rep, 'translatePost', spanish);
  return {
    inputs: { ...inputs, line, spanish },
    review,
    engagement: await make('recordEngagement', { networkId: net, ...briefing, reviewId: review }, 'engagement'),
    partner: await make('upsertExternalPartner', inputs.alliance, 'partner'),
    programme: await make('upsertProgramme', inputs.programme, 'programme'),
    event: await make('upsertReviewEvent', inputs.session, 'event'),
    proposal: await make('proposeCharter', charter, 'proposal'),
    milestone: await make('upsertMilestone', node, 'milestone'),
    indicator: await make('upsertIndicator', { parentId: stage.activities.any, name: en('How many') }, 'indicator'),
    statement: await make(
      'draftStatement',
      { networkIds: [net], originalLocale: 'en', texts: [{ locale: 'en', ...inputs.statement }] },
      'statement',
    ),
    item: await make(
      'addKnowledge',
      { kind: 'GOOD_PRACTICE', networkIds: [net], originalLocale: 'en', texts, activityIds: [stage.activities.any] },
      'knowledgeItem',
    ),
  };
}
