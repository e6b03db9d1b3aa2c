import { availableParallelism } from 'node:os';

/**
 * Jest in ESM mode: `npm run -s jest -- test/x.test.ts`. What each file costs before its first case is the loading of the platform, so files of cases
 * (x.cases.ts) share a test file: `npm run -s jest -- test/federation -t 'keys of several fields'` runs those alone.
 * Tests run against real Postgres (test/postgres.ts starts one server for the run).
 */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: false, useDefineForClassFields: false },
        },
        module: { type: 'es6' },
      },
    ],
  },
  globalSetup: '<rootDir>/test/postgres.ts',
  globalTeardown: '<rootDir>/test/postgres-stop.ts',
  testSequencer: '<rootDir>/test/sequencer.js',
  // What hangs is told by this: twice what test/ waits at most for one thing, so that the wait says what did not come.
  testTimeout: 180_000,
  // On two cores jest takes one; most of what a suite does is to wait.
  maxWorkers: Math.max(2, availableParallelism() - 1),
  // Modules that a suite has loaded stay in its worker: after fifty suites it would collect garbage for seconds at a time, in which what is timed fails.
  workerIdleMemoryLimit: '700MB',
};
