import { type Graph, toFailure } from '../../co-editing/graph.ts';
import type { WireFailure } from '../../co-editing/wire.ts';

const AGAIN = 5_000; // ms until a stream that ended is followed again

/** Follows a stream over breaks of the connection. @param onRefused it is not to be had like this any more @returns ends it */
export function follow(
  graph: Graph,
  query: string,
  position: () => Record<string, unknown>,
  onRefused: () => void,
  // biome-ignore lint/suspicious/noExplicitAny: each stream knows the shape of its events
  onEvent: (data: any) => void,
): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let leave = () => {};
  const start = () => {
    let reason: WireFailure | undefined;
    leave = graph.subscribe(query, position(), {
      opened: () => {},
      next({ data, errors }) {
        if (data) onEvent(data);
        else if (errors?.[0]) reason = toFailure(errors[0]);
      },
      ended(failure) {
        const why = failure ?? reason;
        if (why && !why.passes) onRefused();
        else timer = setTimeout(start, AGAIN);
      },
    });
  };
  start();
  return () => {
    clearTimeout(timer);
    leave();
  };
}
