import { Body } from './body.ts';
import { Mutation } from './mutation.ts';
import { Network } from './network.ts';
import { Partner, PartnerToken } from './partner.ts';

/** What has a table. */
export const entities = [Network, Body, Partner, PartnerToken, Mutation];
