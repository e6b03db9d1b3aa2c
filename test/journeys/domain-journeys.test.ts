/** The seven journeys of the domain, as the people of both networks take them. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ranByJourneys } from './domain-ran.ts';
import { setStage, stage } from './domain-stage.ts';
import './domain-meetings.cases.ts';
import './domain-voices.cases.ts';
// Last: it ends with a third network, in which from then on it is said, too, what is said in all.
import './domain-plans.cases.ts';

beforeAll(setStage);
afterAll(() => stage?.stop());

test('the journeys have run every operation that they are listed with', () => {
  expect(ranByJourneys.filter((field) => !stage.ran.fields.has(field))).toEqual([]);
});
