import { describe, expect, it } from 'vitest';
import { judgeCertificates } from './certificates-check.ts';

/** Self-signed, without keys: the first ends a year after it was made, the second after 30 days. */
const ONE = `-----BEGIN CERTIFICATE-----
MIIBcDCCARegAwIBAgIUNvcr27N7Qn1H/KPNjS84iQupeBMwCgYIKoZIzj0EAwIw
DjEMMAoGA1UEAwwDb25lMB4XDTI2MTEyNjE3MzgxMFoXDTI3MTEyNjE3MzgxMFow
DjEMMAoGA1UEAwwDb25lMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEri6fRM0K
VRlya/RWUv2AQcHtgSThDYLRJfidN0ciTKM1J1ELGm9T2njBWVMc9E/Qggk8XetE
5HQeuLldSr5lLaNTMFEwHQYDVR0OBBYEFG9c+e1kIk4Fabd31tdRcGmMcr6dMB8G
A1UdIwQYMBaAFG9c+e1kIk4Fabd31tdRcGmMcr6dMA8GA1UdEwEB/wQFMAMBAf8w
CgYIKoZIzj0EAwIDRwAwRAIgJaw+oVxBkCQ77imEOiJvHOGHD2xM9oHo3Q+GQ0Y+
SykCIFdBPKHqZIRIC3tLxMFVz4CgTc55eEpuu9tcd5AbBjSz
-----END CERTIFICATE-----`;
const ONE_ENDS = new Date('2027-11-26T17:38:10Z');
const TWO = `-----BEGIN CERTIFICATE-----
MIIBcTCCARegAwIBAgIUUJyE6SmYEQc6iFIHAdw+mtBjqaQwCgYIKoZIzj0EAwIw
DjEMMAoGA1UEAwwDdHdvMB4XDTI2MTEyNjE3MzgxMFoXDTI2MTIyNjE3MzgxMFow
DjEMMAoGA1UEAwwDdHdvMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEY5jJCc66
X+uhJrSAICwDwzlR4V+DK6P7xuVireOndYJHqw4FPOemaT+/n8L/HwSdzAny+7UH
vQC7/h1fW0hl66NTMFEwHQYDVR0OBBYEFJmfmk9Kg1JC1gyb109KNt2724qsMB8G
A1UdIwQYMBaAFJmfmk9Kg1JC1gyb109KNt2724qsMA8GA1UdEwEB/wQFMAMBAf8w
CgYIKoZIzj0EAwIDSAAwRQIhAKLu8oxGnAqfldJPs7TxeYGqBsZEEioEqBaHUB5F
haOrAiA3BomUgxvqgAzqeK6WBXDfRh/OfbEOfz8TXqXcThOKyA==
-----END CERTIFICATE-----`;
const TWO_ENDS = new Date('2026-12-26T17:38:10Z');

const DAY_MS = 86_400_000;
const before = (end: Date, days: number): Date => new Date(end.getTime() - days * DAY_MS);

describe('certificates', () => {
  it.each([
    [21.5, 'up', ''],
    [20.5, 'up', 'ca.crt ends on 2026-12-26, in 20 days: renew it'],
    [7.5, 'up', 'ca.crt ends on 2026-12-26, in 7 days: renew it'],
    [6.5, 'degraded', 'ca.crt ends on 2026-12-26, in 6 days: renew it'],
    [-0.5, 'degraded', 'ca.crt ended on 2026-12-26: renew it'],
  ])('%d days before the end', (days, status, message) => {
    expect(judgeCertificates([{ name: 'ca.crt', pem: TWO }], before(TWO_ENDS, days))).toEqual({
      status,
      message,
      details: { 'daysLeft ca.crt': Math.floor(days) },
    });
  });

  it('of one file are judged by the one that ends first', () => {
    const finding = judgeCertificates([{ name: 'ca.crt', pem: `${ONE}\n${TWO}\n` }], before(TWO_ENDS, 3));
    expect(finding).toMatchObject({ status: 'degraded', details: { 'daysLeft ca.crt': 3 } });
  });

  it('of several files are all told of', () => {
    const given = [
      { name: 'ca.crt', pem: ONE },
      { name: 'smtp-ca.crt', pem: TWO },
    ];
    const finding = judgeCertificates(given, before(ONE_ENDS, 5));
    expect(finding.message).toMatch(
      /^ca\.crt ends on 2027-\d\d-\d\d, in 5 days.*; smtp-ca\.crt ended on 2026-12-26/,
    );
  });

  it.each([
    ['', 'ca.crt: there is no certificate in it'],
    ['-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----', 'ca.crt: it cannot be read'],
  ])('that are none are said to be', (pem, message) => {
    const finding = judgeCertificates([{ name: 'ca.crt', pem }], new Date());
    expect([finding.status, finding.details]).toEqual(['degraded', { 'daysLeft ca.crt': null }]);
    expect(finding.message).toContain(message);
  });
});
