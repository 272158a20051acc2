/** What AKTools may reach is what our own client may: two lists in two programs that know nothing of each other. */
import { expect, it } from 'vitest';
import {
  GLOBAL_IPV6,
  NOT_PUBLIC_IPV4,
  NOT_PUBLIC_IPV6,
  isPublicAddress,
} from '../../app/server/src/outbound/public-address.ts';
import { aktoolsNetworkPolicy } from '../../operator/src/resources/index.ts';
import { letsOut, specOf } from '../../operator/src/resources/testing/policy-evaluation.ts';
import { testTarget } from '../../operator/src/resources/testing/target.ts';

const policy = specOf(aktoolsNetworkPolicy(testTarget()));

/** What the policy excepts from the blocks that it opens. */
function exceptionsOf(cidrs: readonly string[]): (readonly string[])[] {
  const blocks = policy.egress.flatMap(({ to = [] }) => to.flatMap(({ ipBlock }) => ipBlock ?? []));
  return cidrs.map((cidr) => blocks.find((one) => one.cidr === cidr)?.except?.toSorted() ?? []);
}

it('excepts from the public Internet what the client of the application refuses, and no more', () => {
  expect(exceptionsOf(['0.0.0.0/0'])).toEqual([NOT_PUBLIC_IPV4.toSorted()]);
  expect(exceptionsOf(GLOBAL_IPV6)).toEqual([NOT_PUBLIC_IPV6.toSorted()]);
});

it.each([
  ...['168.63.129.16', '168.63.129.17', '192.88.99.1', '169.254.169.254', '100.100.100.200', '10.96.0.1'],
  ...[
    '8.8.8.8',
    '61.152.230.207',
    '224.0.0.1',
    '2408:8706:0:1::1',
    '2002:a00:1::1',
    '3fff::1',
    '2001:db8::1',
  ],
  ...['fd00:ec2::254', 'fe80::1', '::1', '::ffff:10.0.0.1', '4000::1'],
])('judges %s as the client does', (address) => {
  expect(letsOut(policy, { address }, 80)).toBe(isPublicAddress(address));
});
