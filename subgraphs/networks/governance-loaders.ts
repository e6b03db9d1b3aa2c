import { type DataSource, In, type ObjectLiteral } from 'typeorm';
import { loadByKey, loadListByKey } from '../../kit/load.ts';
import { BodyTerm } from './entities/body.ts';
import { CharterProposal, type CharterStatus } from './entities/charter.ts';
import { Guidelines, GuidelinesRevision, GuidelinesTranslation } from './entities/guidelines.ts';
import { Network } from './entities/network.ts';

/** Newest first: when it was put, and its id. */
export type CharterPlace = [proposedAt: string, id: string];

export interface CharterPage {
  status: CharterStatus | null;
  /** Rows wanted for each network. */
  limit: number;
  after: CharterPlace | null;
}

/** Of guidelines, charters, terms of bodies and networks within networks; unfiltered: who may see a row is asked where it is shown. */
export function createGovernanceLoaders({ manager }: DataSource) {
  const byId = <T extends ObjectLiteral & { id: string }>(entity: new () => T) =>
    loadByKey<string, T>(
      (ids) => manager.findBy(entity, { id: In([...ids]) } as never),
      (row) => row.id,
    );
  const proposalsOf = ({ status, limit, after }: CharterPage) =>
    loadListByKey<string, CharterProposal>(
      async (networkIds) => {
        const listed: { id: string }[] = await manager.query(
          `SELECT r.id FROM unnest($1::text[]) AS k(id) CROSS JOIN LATERAL (
             SELECT p.id FROM charter_proposal p
             WHERE p.network_id = k.id AND ($2::text IS NULL OR p.status = $2)
               AND ($3::timestamptz IS NULL OR (p.proposed_at, p.id) < ($3, $4))
             ORDER BY p.proposed_at DESC, p.id DESC LIMIT $5
           ) r`,
          [[...networkIds], status, after?.[0] ?? null, after?.[1] ?? null, limit],
        );
        const ids = listed.map(({ id }) => id);
        return manager.find(CharterProposal, { where: { id: In(ids) }, order: { proposedAt: 'DESC', id: 'DESC' } });
      },
      ({ networkId }) => networkId,
    );
  const proposalLists = new Map<string, ReturnType<typeof proposalsOf>>();
  return {
    guidelines: byId(Guidelines),
    guidelinesOfNetwork: loadListByKey<string, Guidelines>(
      (ids) => manager.find(Guidelines, { where: { networkId: In([...ids]) }, order: { id: 'DESC' } }),
      ({ networkId }) => networkId,
    ),
    editions: loadListByKey<string, Guidelines>(
      (ids) => manager.find(Guidelines, { where: { seriesId: In([...ids]) }, order: { id: 'DESC' } }),
      ({ seriesId }) => seriesId,
    ),
    revisions: loadListByKey<string, GuidelinesRevision>(
      (ids) => manager.find(GuidelinesRevision, { where: { guidelinesId: In([...ids]) }, order: { number: 'DESC' } }),
      ({ guidelinesId }) => guidelinesId,
    ),
    translations: loadListByKey<string, GuidelinesTranslation>(
      (ids) => manager.find(GuidelinesTranslation, { where: { guidelinesId: In([...ids]) }, order: { locale: 'ASC' } }),
      ({ guidelinesId }) => guidelinesId,
    ),
    charterProposal: byId(CharterProposal),
    /** Of networks, newest first. One loader for each set of arguments, as a batch is one statement. */
    charterProposals(page: CharterPage) {
      const name = JSON.stringify(page);
      const known = proposalLists.get(name) ?? proposalsOf(page);
      proposalLists.set(name, known);
      return known;
    },
    termsOfBody: loadListByKey<string, BodyTerm>(
      (ids) => manager.find(BodyTerm, { where: { bodyId: In([...ids]) }, order: { startsOn: 'DESC' } }),
      ({ bodyId }) => bodyId,
    ),
    networksWithin: loadListByKey<string, Network>(
      (ids) => manager.find(Network, { where: { parentId: In([...ids]) }, order: { slug: 'ASC' } }),
      ({ parentId }) => parentId ?? [],
    ),
  };
}
