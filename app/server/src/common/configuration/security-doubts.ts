import { rangeMatcher } from '../http/address.ts';
import type { SecurityConfiguration } from './security-schema.ts';

/** A range of everything, or of a half of it. */
const NEARLY_EVERYBODY = /\/[01]$/;

/** What is allowed and hardly meant, to be said at start. */
export function doubtsAbout({ trustedProxies, allowedCIDRs }: SecurityConfiguration): string[] {
  const doubts = trustedProxies
    .filter((range) => NEARLY_EVERYBODY.test(range))
    .map(
      (range) =>
        `security.trustedProxies has ${range}: whoever reaches the server chooses the own address, and with it allowedCIDRs, rate limits and lockouts; list the proxies alone`,
    );
  if (allowedCIDRs.length > 0 && !rangeMatcher(allowedCIDRs)('127.0.0.1'))
    doubts.push(
      'security.allowedCIDRs does not have 127.0.0.1: who asks on this machine itself, without a proxy, is refused',
    );
  return doubts;
}
