import { WireFailure } from './wire.ts';

export interface GraphAnswer {
  // biome-ignore lint/suspicious/noExplicitAny: each operation knows the shape of its answer
  data?: any;
  errors?: readonly { message: string; extensions?: Record<string, unknown> }[] | undefined;
}

/** How operations reach the graph. */
export interface Graph {
  /** @throws WireFailure UNREACHABLE when no answer came */
  ask(query: string, variables: Record<string, unknown>, signal?: AbortSignal): Promise<GraphAnswer>;
  /** @returns ends it; `ended` is then not called */
  subscribe(
    query: string,
    variables: Record<string, unknown>,
    sink: { opened(): void; next(answer: GraphAnswer): void; ended(failure?: WireFailure): void },
  ): () => void;
}

/** What a refusal of the graph says. */
export function toFailure({ message, extensions }: NonNullable<GraphAnswer['errors']>[number]): WireFailure {
  return new WireFailure(String(extensions?.code ?? 'INTERNAL'), message, extensions);
}
