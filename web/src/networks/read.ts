import type { Graph } from '../../co-editing/graph.ts';
import { WireFailure } from '../../co-editing/wire.ts';

const QUERY = `query Networks($locale: LocaleTag) {
  networks {
    id slug status foundedOn foundedPrecision countryCountStated provenance sourceUrl
    name(locale: $locale) { text }
    countries { code name(locale: $locale) { text } }
    bodies { id kind thematicArea name(locale: $locale) { text } }
    memberships(first: 25) {
      totalCount
      edges { node { id organisation { id name stakeholderType provenance sourceUrl country { code name(locale: $locale) { text } } } } }
    }
    workingPlans { id status provenance title(locale: $locale) { text locale } networks { id } }
    threads(first: 10) { edges { node { id provenance title(locale: $locale) { text } } } }
    meetings { id kind provenance sourceUrl startsAt startsAtPrecision title(locale: $locale) { text } }
  }
}`;

interface Text {
  text: string;
  locale?: string;
}
interface Sourced {
  id: string;
  provenance?: string | null;
  sourceUrl?: string | null;
}
export interface Network extends Sourced {
  slug: string;
  status: string;
  name: Text;
  foundedOn: string | null;
  countryCountStated: number | null;
  countries: { code: string; name: Text | null }[] | null;
  bodies: { id: string; kind: string; thematicArea: string | null; name: Text | null }[] | null;
  memberships: { totalCount: number; edges: { node: { id: string; organisation: Organisation | null } }[] } | null;
  workingPlans: (Sourced & { status: string; title: Text; networks: { id: string }[] | null })[] | null;
  threads: { edges: { node: Sourced & { title: Text | null } }[] } | null;
  meetings:
    | (Sourced & { kind: string; startsAt: string | null; startsAtPrecision: string | null; title: Text })[]
    | null;
}
export interface Organisation extends Sourced {
  name: string;
  stakeholderType: string | null;
  country: { code: string; name: Text | null } | null;
}

/**
 * @returns the networks that the reader may see; `partly` when some part of the graph did not answer
 * @throws WireFailure when nothing came
 */
export async function readNetworks(graph: Graph, locale: string): Promise<{ networks: Network[]; partly: boolean }> {
  const { data, errors } = await graph.ask(QUERY, { locale });
  const networks = data?.networks as Network[] | undefined;
  if (networks) return { networks, partly: (errors?.length ?? 0) > 0 };
  const [error] = errors ?? [];
  throw new WireFailure(String(error?.extensions?.code ?? 'INTERNAL'), error?.message ?? 'no answer');
}
