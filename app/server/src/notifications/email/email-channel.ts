import { createHash } from 'node:crypto';
import type { SMTPSentMessageInfo } from 'nodemailer';
import type { EmailConfiguration } from '../../common/configuration/monitoring-schema.ts';
import type { NotificationSecrets } from '../../common/configuration/notification-secrets.ts';
import { redactText } from '../../common/redaction/redact.ts';
import type { Channel, ChannelMessage, Receipt } from '../channel.ts';
import { oneLine } from '../summary.ts';
import { mailOf } from './mail.ts';
import { privateAddressOf, smtpTransport } from './smtp.ts';
import { type SmtpFailure, smtpFailure } from './smtp-failure.ts';

/** A login for every check would fill the server's log. */
const LOGIN_AGAIN_MS = 900_000;
/** And lock an account whose password is wrong. */
const REFUSED_AGAIN_MS = 300_000;

type Smtp = NotificationSecrets['smtp'];

/** Mails over SMTP, each on a connection of its own. */
export class EmailChannel implements Channel {
  readonly name = 'email';
  readonly kind = 'email';
  readonly #settings: EmailConfiguration;
  readonly #smtp: Smtp;
  #loggedInAt = -Infinity;
  #refused: { readonly at: number; readonly failure: SmtpFailure } | undefined;

  constructor(settings: EmailConfiguration, smtp: Smtp) {
    this.#settings = settings;
    this.#smtp = smtp;
  }

  async send(message: ChannelMessage, signal: AbortSignal): Promise<Receipt> {
    const { from, to } = this.#settings;
    const domain = from.slice(from.lastIndexOf('@') + 1);
    try {
      const info = await this.#using(this.#smtp, (transport) =>
        transport.sendMail({
          from: { name: 'Stock Analysis', address: from },
          to: [...to],
          ...mailParts(message),
          // The same at every attempt: the server, or the reader, knows a mail that came twice.
          messageId: `<${message.id}@${domain}>`,
          date: message.createdAt,
          // A thread of all that belongs together: the alert and its end.
          references: `<${groupId(message.groupKey)}@${domain}>`,
          // RFC 3834: answers of a holiday go nowhere.
          headers: { 'Auto-Submitted': 'auto-generated' },
          signal,
        }),
      );
      this.#letIn();
      return receiptOf(info);
    } catch (error) {
      signal.throwIfAborted();
      throw this.#noted(smtpFailure(error));
    }
  }

  /** Greets the server, with TLS as configured and now and then with a login; sends nothing. */
  async check(signal: AbortSignal): Promise<void> {
    const refused = this.#refused;
    const isRefused = refused !== undefined && performance.now() - refused.at < REFUSED_AGAIN_MS;
    const logsIn = !isRefused && performance.now() - this.#loggedInAt >= LOGIN_AGAIN_MS;
    const smtp = logsIn ? this.#smtp : { ...this.#smtp, login: undefined };
    try {
      await this.#using(smtp, (transport) => orAborted(transport.verify(), signal));
    } catch (error) {
      signal.throwIfAborted();
      throw this.#noted(smtpFailure(error));
    }
    if (isRefused) throw refused.failure;
    if (logsIn) this.#letIn();
  }

  #letIn(): void {
    this.#loggedInAt = performance.now();
    this.#refused = undefined;
  }

  #noted(failure: SmtpFailure): SmtpFailure {
    if (failure.isLoginRefused) this.#refused = { at: performance.now(), failure };
    return failure;
  }

  async #using<Result>(
    smtp: Smtp,
    work: (transport: ReturnType<typeof smtpTransport>) => Promise<Result>,
  ): Promise<Result> {
    const { host, security } = this.#settings;
    // What was judged is what is connected to: asked again, the name could have another address.
    const reached = security === 'None' ? await privateAddressOf(host) : host;
    const transport = smtpTransport({ ...this.#settings, host: reached }, smtp);
    try {
      return await work(transport);
    } finally {
      transport.close();
    }
  }
}

function mailParts(message: ChannelMessage) {
  const { attachments, ...parts } = mailOf(message);
  return { ...parts, attachments: [...attachments] };
}

const groupId = (groupKey: string): string =>
  createHash('sha256').update(groupKey).digest('hex').slice(0, 32);

function receiptOf({ response, rejected }: SMTPSentMessageInfo): Receipt {
  return {
    code: /^\d{3}/.exec(response)?.[0],
    // Sent again it would reach the others twice.
    remark:
      rejected.length === 0
        ? undefined
        : oneLine(redactText(`the server refused ${rejected.length} of the recipients`)),
  };
}

/** The library's check knows no signal; its time-outs end it a little later. */
function orAborted(work: Promise<unknown>, signal: AbortSignal): Promise<unknown> {
  const { promise, reject } = Promise.withResolvers<never>();
  signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  return Promise.race([work, promise]);
}
