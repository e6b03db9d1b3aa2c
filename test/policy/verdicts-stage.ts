import { readFileSync } from 'node:fs';
import { net, otherNet } from './actors.ts';
import { makeRecords } from './records.ts';
import { done } from './send.ts';
import { personas, type Stage, setStage } from './stage.ts';
import { type Who, who } from './table.ts';
import type { Given } from './walk.ts';

/** Who walks: everybody of the matrix. */
export const walkers: readonly Who[] = who;

/** Persons, by who of the walkers they are. */
export const personsOf = (who: Who): { id: string; name: string }[] => {
  const { persons } = JSON.parse(readFileSync(new URL('../../seed/members.json', import.meta.url), 'utf8'));
  return persons.filter(({ subject }: { subject: string }) => subject === `persona:${personas[who]}`);
};

/** The stage, with one record of each kind besides, and everything that a person may open to others open to all. */
export async function setWalk(): Promise<{ stage: Stage; given: Given }> {
  const stage = await setStage();
  try {
    // as open as can be: what keeps a person is not how the seat is shown, nor who may read the address
    await stage.sql("UPDATE members.seat SET display_mode = 'NAMED'");
    await stage.sql(
      `UPDATE members.person SET contact_channels = replace(contact_channels::text, 'SEAT_ONLY', 'PUBLIC')::jsonb`,
    );
    // behind the lock is an organisation that activities of the draft name
    await stage.sql("UPDATE members.organisation SET safety_locked = true WHERE id = 'org:s12'");
    // who may see an organisation meets a membership that only its own network and itself may know of
    await stage.sql(
      `INSERT INTO members.membership (id, organisation_id, network_id, status, since, provenance)
       VALUES ('mem:suspended', 'org:s09', $1, 'SUSPENDED', '2024', 'SAMPLE')`,
      [otherNet],
    );
    const [coordinator, rep] = await Promise.all([stage.as('coordinator'), stage.as('rep')]);
    const made = await makeRecords(coordinator, rep, stage);
    for (const member of [coordinator, await stage.as('officer')])
      await done(member, 'post', { threadId: stage.threads.public, body: 'An answer', locale: 'en' });
    await done(coordinator, 'savePlanVersion', { planId: stage.plans.draft, label: 'As it is' });
    return { stage, given: argumentsOf(stage, made) };
  } catch (error) {
    await stage.stop();
    throw error;
  }
}

/** Arguments of fields that need some, or that find more with them: for each, a record of which there is something to see. */
function argumentsOf(stage: Stage, made: Awaited<ReturnType<typeof makeRecords>>): Given {
  const id = (value: string) => `id: "${value}"`;
  return {
    'Query.auditHeads': 'known: []',
    'Query.auditLog': `networkId: "${net}"`,
    'Query.charterProposal': id(made.proposal),
    'Query.compareGuidelines': `from: { id: "${stage.guidelines}" }, to: { id: "${stage.guidelines}" }`,
    'Query.countryReview': id(made.review),
    'Query.decision': id(stage.decision.id),
    'Query.directoryExports': `networkId: "${net}"`,
    'Query.experts': `networkId: "${net}", text: "sample"`,
    'Query.exportJob': id('export:none'),
    'Query.externalPartner': id(made.partner),
    'Query.guidelines': id(stage.guidelines),
    'Query.knowledgeItem': id(made.item),
    'Query.meeting': id(stage.meeting),
    'Query.membershipApplications': `networkId: "${net}"`,
    'Query.network': id(net),
    'Query.organisation': id('org:s09'),
    'Query.organisations': 'first: 50',
    'Query.planDiff': `from: 1, planId: "${stage.plans.draft}"`,
    'Query.postHistory': `postId: "${stage.post}"`,
    'Query.postReports': `networkId: "${net}"`,
    'Query.replicatedDocument': `planId: "${stage.plans.draft}"`,
    'Query.replicatedPlans': 'region: "elsewhere"',
    'Query.replicatedStates': `planId: "${stage.plans.draft}"`,
    'Query.reviewDeadlines': 'from: "2026-01-01", until: "2026-12-31"',
    'Query.reviewEngagement': id(made.engagement),
    'Query.reviewEvent': id(made.event),
    'Query.searchPosts': 'text: "words"',
    'Query.statement': id(made.statement),
    'Query.textPlaces': 'words: "words"',
    'Query.thread': id(stage.threads.public),
    'Query.upload': id('upload:none'),
    'Query.workingPlan': id(stage.plans.draft),
    'Activity.dueAt': 'timeZone: "Africa/Kampala"',
    'CountryReview.checklist': `networkId: "${net}"`,
    'Guidelines.translation': 'locale: "en"',
    'ReviewEngagement.answerTranslation': 'locale: "en"',
    'ReviewEngagement.summaryTranslation': 'locale: "en"',
    'ReviewInput.translation': 'locale: "en"',
    'WorkingPlan.authorship': `nodeId: "${stage.objectives.other}", field: "title", locale: "en"`,
    'WorkingPlan.planVersion': 'number: 1',
    'WorkingPlan.text': `nodeId: "${stage.objectives.other}", field: "title", locale: "en"`,
    'WorkingPlan.translations': 'locale: "en"',
  };
}

const objectives = ['Query.workingPlan', 'WorkingPlan.objectives'];
/** Ways that lead to more than the shortest: to seats of others, to what stands in a plan. */
export const preferred: Record<string, string[]> = {
  Seat: ['Query.thread', 'Thread.participants'],
  Objective: objectives,
  Outcome: [...objectives, 'Objective.outcomes'],
};
