import 'reflect-metadata';
import { buildFederatedSchema } from '../../kit/schema.ts';
import type { MembersContext } from './context.ts';
import { Body, Country, Network } from './entities/foreign.ts';
import { Membership } from './entities/membership.ts';
import { Organisation } from './entities/organisation.ts';
import { Person } from './entities/person.ts';
import { Seat } from './entities/seat.ts';
import { AccountMutations, AccountResolver } from './resolvers/account.ts';
import { ApplicationMutations } from './resolvers/applications.ts';
import { AuditResolver } from './resolvers/audit.ts';
import { BreakGlassMutations } from './resolvers/break-glass.ts';
import { MembershipChangeResolver } from './resolvers/changes.ts';
import { DirectoryResolver } from './resolvers/directory.ts';
import { ExpertQueries } from './resolvers/experts.ts';
import { IdentityQueries } from './resolvers/identity.ts';
import { MembershipEventResolver, MembershipResolver, SponsorshipResolver } from './resolvers/membership.ts';
import { MembershipMutations, RoleMutations } from './resolvers/mutations.ts';
import { BodyResolver, DiversityResolver, NetworkResolver } from './resolvers/network.ts';
import { NoticeMutations, NoticeResolver, NoticesLiveResolver, NoticesOfViewerResolver } from './resolvers/notices.ts';
import { OrganisationResolver } from './resolvers/organisation.ts';
import { OrganisationQueries, ViewerResolver } from './resolvers/queries.ts';
import { readMembership, readPerson, referToOrganisation, referToSeat } from './resolvers/read.ts';
import { PersonResolver, RoleAssignmentResolver, SeatResolver } from './resolvers/seat.ts';
import { SeatMutations, SeatOfferResolver, WaitingResolver } from './resolvers/seats.ts';

type Reference = { id: string };

/** The members subgraph: pure, no I/O. */
export const buildMembersSchema = () =>
  buildFederatedSchema({
    resolvers: [
      ViewerResolver,
      OrganisationQueries,
      IdentityQueries,
      AccountResolver,
      AccountMutations,
      NoticesOfViewerResolver,
      NoticeResolver,
      NoticeMutations,
      NoticesLiveResolver,
      AuditResolver,
      BreakGlassMutations,
      MembershipMutations,
      ApplicationMutations,
      RoleMutations,
      SeatMutations,
      SeatOfferResolver,
      WaitingResolver,
      ExpertQueries,
      DirectoryResolver,
      MembershipChangeResolver,
      OrganisationResolver,
      MembershipResolver,
      MembershipEventResolver,
      SponsorshipResolver,
      SeatResolver,
      RoleAssignmentResolver,
      PersonResolver,
      NetworkResolver,
      DiversityResolver,
      BodyResolver,
    ],
    orphanedTypes: [Organisation, Membership, Seat, Person, Network, Body, Country],
    references: {
      Organisation: ({ id }: Reference, context: MembersContext) => referToOrganisation(context, id),
      Membership: ({ id }: Reference, context: MembersContext) => readMembership(context, id),
      Seat: ({ id }: Reference, context: MembersContext) => referToSeat(context, id),
      Person: ({ id }: Reference, context: MembersContext) => readPerson(context, id),
      Network: (network: Reference) => Object.assign(new Network(), network),
      Body: ({ id }: Reference) => Object.assign(new Body(), { id }),
    },
  });
