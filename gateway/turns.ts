/** One use of a name by a client. */
export interface Turn {
  /** Whether the client has completed it and given its name to another operation. */
  readonly isOver: boolean;
  end(): void;
}

/**
 * The operations of one socket by the ids that the client gave them. An id may be used again as soon as its operation is completed, also
 * while that is still being opened; graphql-ws knows operations by their ids alone, and would take the one for the other.
 */
export class Turns {
  readonly #current = new Map<string, Turn & { isOver: boolean }>();

  begin(id: string): Turn {
    const before = this.#current.get(id);
    if (before) before.isOver = true;
    const turn = {
      isOver: false,
      end: () => {
        if (this.#current.get(id) === turn) this.#current.delete(id);
      },
    };
    this.#current.set(id, turn);
    return turn;
  }
}

/** What an operation comes to that its client has completed: graphql-ws hears no more of it, and so says nothing under its id. */
export const never = <T>(): Promise<T> => new Promise(() => {});

/** As the source; when it is closed, whoever waits for what comes next is not told. */
export function quietly<T>(source: AsyncIterableIterator<T>): AsyncIterableIterator<T> {
  let isClosed = false;
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      const step = await source.next();
      return isClosed ? never() : step;
    },
    async return() {
      isClosed = true;
      return (await source.return?.()) ?? { done: true, value: undefined };
    },
  };
}
