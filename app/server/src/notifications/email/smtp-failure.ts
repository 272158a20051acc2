import { redactText } from '../../common/redaction/redact.ts';
import { ChannelError } from '../channel.ts';
import { oneLine } from '../summary.ts';

const LONGEST_ANSWER = 300;

function fieldOf(error: object, name: string): unknown {
  return Object.entries(error).find(([field]) => field === name)?.[1];
}

/**
 * The mail is wrong, or what it holds: it would be refused for ever where the code begins with 5. Everything else is of the
 * channel: the next mail would be refused as well, and an administrator can mend a login, a sender, a recipient or a
 * certificate before this one is given up. The library calls those permanent, too.
 */
const OF_THE_MAIL = 'EMESSAGE';

const WHAT: Readonly<Record<string, string>> = {
  EAUTH: 'the mail server refused the login; check smtp-username and smtp-password',
  ENOAUTH: 'the mail server wants a login; give smtp-username and smtp-password',
  ETLS: 'no trusted TLS to the mail server; check security, and smtp-ca.crt for an authority of your own',
  ECONNECTION: 'the mail server ended the connection',
  ESOCKET: 'the mail server cannot be reached, or the connection broke',
  EDNS: 'the name of the mail server has no address',
  ETIMEDOUT: 'the mail server did not answer in time',
  EENVELOPE: 'the mail server refused the sender or the recipients',
  EMESSAGE: 'the mail server refused the mail',
};

/** A certificate that nobody vouches for reaches us as a broken socket. */
function isOfCertificate(error: Error): boolean {
  return /certificate|self[- ]signed|altnames|unable to verify/i.test(error.message);
}

/** A mail that was not sent. */
export class SmtpFailure extends ChannelError {
  /** As an administrator has to mend it, and an account is locked for trying. */
  isLoginRefused = false;
}

/** What became of a mail as the channel tells it: the words of the library may hold what was sent, so they are the cause. */
export function smtpFailure(error: unknown): SmtpFailure {
  if (!(error instanceof Error))
    return new SmtpFailure('the mail was not sent', { mayWorkLater: true, cause: error });
  if (error instanceof ChannelError) return new SmtpFailure(error.message, error);
  const failed = isOfCertificate(error) ? 'ETLS' : String(fieldOf(error, 'code'));
  const [answer, code, isPermanent] = ['response', 'responseCode', 'permanent'].map((name) =>
    fieldOf(error, name),
  );
  const said =
    typeof answer === 'string' && answer !== '' ? `: ${oneLine(redactText(answer), LONGEST_ANSWER)}` : '';
  const failure = new SmtpFailure((WHAT[failed] ?? 'the mail was not sent') + said, {
    mayWorkLater: failed !== OF_THE_MAIL || isPermanent !== true,
    code: typeof code === 'number' ? String(code) : undefined,
    cause: error,
  });
  failure.isLoginRefused = failed === 'EAUTH';
  return failure;
}
