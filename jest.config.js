import { availableParallelism } from 'node:os';

/** Jest in ESM mode: `npm run -s jest -- test/x.test.ts`. Tests run against real Postgres (test/postgres.ts starts one server for the run). */
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
  testTimeout: 60_000,
  // On two cores jest takes one; most of what a suite does is to wait.
  maxWorkers: Math.max(2, availableParallelism() - 1),
  // Modules that a suite has loaded stay in its worker: after fifty suites it would collect garbage for seconds at a time, in which what is timed fails.
  workerIdleMemoryLimit: '700MB',
};
