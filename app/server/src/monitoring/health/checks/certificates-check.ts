import { X509Certificate } from 'node:crypto';
import type { Clock } from '../../../common/clock.ts';
import { messageOf } from '../../../common/configuration/errors.ts';
import type { ComponentCheck, Finding } from '../component.ts';

const INTERVAL_MS = 60_000;
const DAY_MS = 86_400_000;
/** Time to find out who renews it, and time that is left to do so at once. */
const WARNED_DAYS = 21;
const DEGRADED_DAYS = 7;

/** A certificate that this process trusts or shows, and what it is for. */
export interface NamedCertificate {
  readonly name: string;
  /** One or several in PEM, as a file of authorities holds them. */
  readonly pem: string;
}

/** No certificate that is in use ends within a week. */
export class CertificatesCheck implements ComponentCheck {
  readonly component = 'certificates';
  readonly intervalMs = INTERVAL_MS;

  constructor(
    private readonly certificates: () => readonly NamedCertificate[],
    private readonly clock: Clock,
  ) {}

  check(): Finding {
    return judgeCertificates(this.certificates(), this.clock.now());
  }
}

export function judgeCertificates(certificates: readonly NamedCertificate[], now: Date): Finding {
  const ends = certificates.map(({ name, pem }) => ({ name, ...endOf(pem) }));
  const days = ends.map(({ name, notAfter, trouble }) => {
    if (notAfter === undefined) return { name, left: Number.NEGATIVE_INFINITY, text: `${name}: ${trouble}` };
    const left = (notAfter.getTime() - now.getTime()) / DAY_MS;
    const when = notAfter.toISOString().slice(0, 10);
    const text =
      left < 0
        ? `${name} ended on ${when}: renew it`
        : `${name} ends on ${when}, in ${Math.floor(left)} days: renew it`;
    return { name, left, text };
  });
  const soon = days.filter(({ left }) => left < WARNED_DAYS);
  return {
    status: soon.some(({ left }) => left < DEGRADED_DAYS) ? 'degraded' : 'up',
    message: soon.map(({ text }) => text).join('; '),
    details: Object.fromEntries(
      days.map(({ name, left }) => [`daysLeft ${name}`, Number.isFinite(left) ? Math.floor(left) : null]),
    ),
  };
}

const BEGIN = '-----BEGIN CERTIFICATE-----';
const END = '-----END CERTIFICATE-----';

/** A file of authorities has several, and comments between them. */
function certificatesOf(pem: string): readonly string[] {
  return pem.split(END).flatMap((part) => {
    const begin = part.indexOf(BEGIN);
    return begin < 0 ? [] : [part.slice(begin) + END];
  });
}

/** When the first of them ends. */
function endOf(pem: string): { notAfter?: Date; trouble?: string } {
  try {
    const found = certificatesOf(pem).map((text) => new X509Certificate(text).validToDate.getTime());
    if (found.length === 0) return { trouble: 'there is no certificate in it' };
    return { notAfter: new Date(Math.min(...found)) };
  } catch (error) {
    return { trouble: `it cannot be read: ${messageOf(error)}` };
  }
}
