export type IssuerErrorCode =
  /** The development issuer was asked to run in production. */
  | 'PRODUCTION'
  /** An option cannot be used; the message names it. */
  | 'BAD_OPTION'
  /** `<dataDir>/dev/issuer.json` is there and cannot be used. */
  | 'BAD_FILE'
  /** `<dataDir>/dev` holds nothing yet: the platform has not been started with this data directory. */
  | 'NOT_STARTED'
  | 'UNKNOWN_PERSONA';

/** Everything the development issuer refuses. The message is one line, fit for a terminal. */
export class IssuerError extends Error {
  override readonly name = 'IssuerError';
  readonly code: IssuerErrorCode;

  constructor(code: IssuerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
