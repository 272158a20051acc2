import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import nodemailer, {
  type SMTPSentMessageInfo,
  type SMTPTransportOptions,
  type Transporter,
} from 'nodemailer';
import type { EmailConfiguration } from '../../common/configuration/monitoring-schema.ts';
import type { NotificationSecrets } from '../../common/configuration/notification-secrets.ts';
import { isPublicAddress } from '../../outbound/public-address.ts';
import { ChannelError } from '../channel.ts';

const CONNECT_MS = 10_000;
/** A server that looks up who connects may take its time to greet. */
const GREETING_MS = 15_000;
/** Silence within the conversation; what checks a mail for spam is silent for a while after its end. */
const SILENCE_MS = 30_000;
/** Of one answer of the server. */
const LONGEST_ANSWER = 65_536;

/** How to reach the mail server. The channel closes it after each mail: servers count connections, and drop idle ones. */
export function smtpTransport(
  { host, port, security }: Pick<EmailConfiguration, 'host' | 'port' | 'security'>,
  { login, ca }: NotificationSecrets['smtp'],
): Transporter<SMTPSentMessageInfo, SMTPTransportOptions> {
  return nodemailer.createTransport({
    host,
    port,
    secure: security === 'TLS',
    // Refuses a server that offers no STARTTLS, and one between us and it that hides the offer.
    requireTLS: security === 'StartTLS',
    ignoreTLS: security === 'None',
    tls: {
      // Said, so that no variable of the environment (NODE_TLS_REJECT_UNAUTHORIZED) can unsay it.
      rejectUnauthorized: true,
      minVersion: 'TLSv1.2',
      ...(ca === undefined ? {} : { ca }),
    },
    // Or a server that offers no login would be used without one.
    ...(login === undefined ? {} : { auth: { user: login.username, pass: login.password }, forceAuth: true }),
    connectionTimeout: CONNECT_MS,
    dnsTimeout: CONNECT_MS,
    greetingTimeout: GREETING_MS,
    socketTimeout: SILENCE_MS,
    maxResponseSize: LONGEST_ANSWER,
    // A mail is made of what it is given: it reads no files and asks no servers.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

/**
 * Without TLS a mail can be read by everybody on the way, so there must be no way but our own network.
 * @returns the address that was judged, to be connected to
 * @throws ChannelError
 */
export async function privateAddressOf(host: string): Promise<string> {
  const addresses = isIP(host) === 0 ? await addressesOf(host) : [host];
  const [first] = addresses;
  if (first !== undefined && !addresses.some(isPublicAddress)) return first;
  throw new ChannelError(
    `${host} is a server in the Internet, and security None would send in clear; set monitoring.notifications.email.security to StartTLS or TLS`,
    { mayWorkLater: true },
  );
}

async function addressesOf(host: string): Promise<readonly string[]> {
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch (error) {
    throw new ChannelError(`${host}: this name has no address`, { mayWorkLater: true, cause: error });
  }
}
