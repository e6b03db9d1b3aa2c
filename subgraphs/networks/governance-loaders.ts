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

/** Proposals of one network after a place. */
export const findProposals = (
  { manager }: DataSource,
  networkId: string,
  { status, limit, after }: CharterPage,
): Promise<CharterProposal[]> => {
  const query = manager
    .createQueryBuilder(CharterProposal, 'p')
    .where('p.networkId = :networkId', { networkId })
    .orderBy('p.proposedAt', 'DESC')
    .addOrderBy('p.id', 'DESC')
    .limit(limit);
  if (status) query.andWhere('p.status = :status', { status });
  if (after) query.andWhere('(p.proposedAt, p.id) < (:at, :id)', { at: new Date(after[0]), id: after[1] });
  return query.getMany();
};
