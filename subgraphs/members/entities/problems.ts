import type { ConflictError, ForbiddenError, ValidationError } from '../../../kit/types.ts';

/** What a payload's `problems` holds. */
export type Problems = (ValidationError | ConflictError | ForbiddenError)[];
