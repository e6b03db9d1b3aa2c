import { describe } from '@jest/globals';
import { againCases } from './again.cases.ts';
import { commandCases } from './command.cases.ts';
import { followCases } from './follow.cases.ts';
import { hostileCases } from './hostile.cases.ts';
import { mirrorCases } from './mirror.cases.ts';
import { setStage } from './stage.ts';
import { takenBackCases } from './taken-back.cases.ts';

/** The client that partner systems are given, at a platform of its own. */
describe('partner client', () => {
  const stage = setStage();
  hostileCases();
  followCases(stage);
  takenBackCases(stage);
  mirrorCases(stage);
  againCases(stage);
  commandCases(stage);
});
