import { expect, test } from '@jest/globals';
import { type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import { createAssertionSigner, createAssertionVerifier } from '../../kit/assertion.ts';
import { createSystemActor, gatewayActor } from '../../kit/context.ts';

const secret = 'a secret of at least thirty-two characters';
const now = Date.parse('2027-01-01T00:00:00Z');
const seconds = now / 1000;
const verify = createAssertionVerifier(secret, 'members', () => now);

interface Forged {
  alg?: string;
  typ?: string;
  key?: string;
  claims?: JWTPayload;
}
const forge = ({ alg = 'HS256', typ = 'actor+jwt', key = secret, claims = {} }: Forged) =>
  new SignJWT({ actor: gatewayActor, aud: 'members', iat: seconds, exp: seconds + 60, ...claims } as JWTPayload)
    .setProtectedHeader({ alg, typ })
    .sign(new TextEncoder().encode(key));

test('what the gateway signs is read by the subgraph it is for, and by no other', async () => {
  const signer = createAssertionSigner(secret, () => now);
  const text = await signer.sign(gatewayActor, 'members');
  expect(await verify(text)).toEqual(gatewayActor);
  expect(await verify(await forge({}))).toEqual(gatewayActor); // else the table below would prove nothing
  const elsewhere = createAssertionVerifier(secret, 'networks', () => now);
  await expect(elsewhere(text)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  const later = createAssertionVerifier(secret, 'members', () => now + 66_000);
  await expect(later(text)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  await expect(signer.sign(createSystemActor(), 'members')).rejects.toThrow('never leaves');
});

test('an assertion known to be good is still refused when it is over', async () => {
  let at = now;
  const patient = createAssertionVerifier(secret, 'members', () => at);
  const text = await forge({});
  expect(await patient(text)).toEqual(gatewayActor);
  at += 66_000;
  await expect(patient(text)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
});

test.each<[string, () => Promise<unknown> | unknown]>([
  ['none', () => undefined],
  ['a list', () => ['x']],
  ['no JWT', () => 'Bearer x'],
  [
    'unsigned',
    () => new UnsecuredJWT({ actor: gatewayActor, aud: 'members' } as JWTPayload).setExpirationTime('1m').encode(),
  ],
  ['another key', () => forge({ key: 'another secret of thirty-two characters' })],
  ['another algorithm', () => forge({ alg: 'HS512', key: secret.repeat(3) })],
  ['another type', () => forge({ typ: 'at+jwt' })],
  ['an access token’s type', () => forge({ typ: 'JWT' })],
  ['another audience', () => forge({ claims: { aud: 'discussions' } })],
  ['no audience', () => forge({ claims: { aud: undefined } })],
  ['no end', () => forge({ claims: { exp: undefined } })],
  ['over', () => forge({ claims: { exp: seconds - 6 } })],
  ['not yet begun', () => forge({ claims: { nbf: seconds + 60 } })],
  ['SYSTEM', () => forge({ claims: { actor: createSystemActor() } })],
  ['nobody', () => forge({ claims: { actor: {} } })],
])('refused: %s', async (_what, make) => {
  await expect(verify(await make())).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
});
