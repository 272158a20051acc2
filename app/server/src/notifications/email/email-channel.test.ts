import { createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SMTPServerOptions } from 'smtp-server';
import type { EmailConfiguration } from '../../common/configuration/monitoring-schema.ts';
import { certified, type Certified } from '../testing/authority.ts';
import { MailServer, portOf, refusal } from '../testing/mail-server.ts';
import { alertOf, messageOf, NEVER } from '../testing/messages.ts';
import { EmailChannel } from './email-channel.ts';

const LOGIN = { username: 'stock', password: 'pass-of-the-tests' };

let tls: Certified;
beforeAll(() => {
  tls = certified('IP:127.0.0.1', 'DNS:localhost');
});

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function serve(options: SMTPServerOptions = {}): Promise<MailServer> {
  const server = await new MailServer({ cert: tls.cert, key: tls.key, ...options }).start();
  stops.push(() => server.stop());
  return server;
}

/** What no library of servers does: answers that break the protocol. */
async function raw(talk: (socket: Socket) => void): Promise<Server> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    talk(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  stops.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return server;
}

interface Given extends Partial<EmailConfiguration> {
  readonly login?: typeof LOGIN;
  readonly ca?: string;
}

function channel(port: number, { login, ca = tls.ca, ...changes }: Given = {}): EmailChannel {
  return new EmailChannel(
    {
      host: '127.0.0.1',
      port,
      security: 'StartTLS',
      from: 'stock@example.com',
      to: ['ops@example.com', 'night@example.com'],
      minSeverity: 'info',
      ...changes,
    },
    { login, ca },
  );
}

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'sent',
    (error: unknown) => error,
  );

const onAuth: NonNullable<SMTPServerOptions['onAuth']> = ({ username, password }, _session, done) =>
  username === LOGIN.username && password === LOGIN.password
    ? done(null, { user: username })
    : done(refusal(535, '5.7.8 bad credentials'));

describe('a mail', () => {
  it('is sent over STARTTLS to a server of our own authority, after a login, to all recipients', async () => {
    const server = await serve({ onAuth, authOptional: false });
    const message = messageOf();
    expect(await channel(server.port, { login: LOGIN }).send(message, NEVER)).toEqual({
      code: '250',
      remark: undefined,
    });
    expect(server.mails).toMatchObject([
      {
        from: 'stock@example.com',
        to: ['ops@example.com', 'night@example.com'],
        isEncrypted: true,
        user: 'stock',
      },
    ]);
    const text = server.mails[0]?.raw ?? '';
    expect(text).toContain(`Message-ID: <${message.id}@example.com>\r\n`);
    expect(text).toContain('Date: Thu, 26 Nov 2026 08:00:30 +0000\r\n');
    expect(text).toContain('Auto-Submitted: auto-generated\r\n');
    expect(text).toMatch(/^Content-Type: multipart\/alternative;/m);
    expect(decodedSubject(text)).toBe('[firing warning] 行情数据已过期');
    expect(bodiesOf(text)).toEqual([
      expect.stringContaining('最近一次成功更新: 2 小时前'),
      expect.stringContaining('<p>最近一次成功更新: 2 小时前</p>'),
    ]);
  });

  it('is sent over TLS from the first byte', async () => {
    const server = await serve({ secure: true });
    await channel(server.port, { security: 'TLS', host: 'localhost' }).send(messageOf(), NEVER);
    expect(server.mails).toMatchObject([{ isEncrypted: true }]);
  });

  it('goes in clear to a private server where the administrator says so, and never to one in the Internet', async () => {
    const server = await serve({ disabledCommands: ['STARTTLS', 'AUTH'] });
    await channel(server.port, { security: 'None' }).send(messageOf(), NEVER);
    expect(server.mails).toMatchObject([{ isEncrypted: false }]);
    const far = channel(25, { security: 'None', host: '93.184.216.34' });
    expect(await failureOf(far.send(messageOf(), NEVER))).toMatchObject({
      mayWorkLater: true,
      message: expect.stringContaining('is a server in the Internet'),
    });
  });

  it('is the same mail when it is sent again', async () => {
    const server = await serve();
    const message = messageOf();
    for (let time = 0; time < 2; time += 1) await channel(server.port).send(message, NEVER);
    const ids = server.mails.map(({ raw: text }) => /^Message-ID: .*$/m.exec(text)?.[0]);
    expect(ids).toEqual([ids[0], ids[0]]);
    expect(ids[0]).toContain(message.id);
  });

  it('has no header but ours, whatever an alert says', async () => {
    const server = await serve();
    const hostile = 'x\r\nBcc: all@example.com\r\n\r\n<script>\u2028\u0000y';
    const alert = alertOf({
      labels: { alertname: hostile, severity: hostile, a: hostile },
      annotations: {
        summary: hostile,
        description: `${hostile}\r\n.\r\nQUIT`,
        runbook_url: 'javascript:alert(1)',
      },
      startsAt: hostile,
    });
    const page = { kind: 'document', title: hostile, text: hostile } as const;
    for (const one of [alert, page]) await channel(server.port).send(messageOf(one), NEVER);
    expect(server.mails).toHaveLength(2);
    for (const { raw: text, to } of server.mails) {
      expect(to).toEqual(['ops@example.com', 'night@example.com']);
      expect(text.slice(0, text.indexOf('\r\n\r\n'))).not.toMatch(/^Bcc/im);
      expect(decodedSubject(text)).toMatch(/x Bcc: all@example\.com <script> y$/);
      const [, html = ''] = bodiesOf(text);
      expect(html).not.toMatch(/<script|javascript:|href/);
    }
  });

  it('carries attachments of a report', async () => {
    const server = await serve();
    const pdf = Buffer.from('%PDF-1.7 …');
    const attachments = [{ name: '日报.pdf', mediaType: 'application/pdf', base64: pdf.toString('base64') }];
    const report = {
      kind: 'document',
      title: '日报',
      text: '一切正常',
      html: '<b>一切正常</b>',
      attachments,
    } as const;
    await channel(server.port).send(messageOf(report), NEVER);
    const text = server.mails[0]?.raw ?? '';
    expect(text).toContain('Content-Type: application/pdf');
    expect(text).toContain(pdf.toString('base64'));
    expect(bodiesOf(text)[1]).toContain('<b>一切正常</b>');
  });
});

describe('a mail is not sent', () => {
  it('to a server without STARTTLS, nor past somebody who hides it: nothing of it leaves', async () => {
    const server = await serve({
      hideSTARTTLS: true,
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
      onAuth,
    });
    expect(await failureOf(channel(server.port, { login: LOGIN }).send(messageOf(), NEVER))).toMatchObject({
      mayWorkLater: true,
      message: expect.stringContaining('no trusted TLS'),
    });
    expect(server.mails).toEqual([]);
  });

  it('over answers that were put in before TLS began', async () => {
    const seen: string[] = [];
    const server = await raw((socket) => {
      socket.write('220 mail.tests\r\n');
      socket.on('data', (data) => {
        const line = data.toString();
        seen.push(line.slice(0, 8));
        if (line.startsWith('EHLO')) socket.write('250-mail.tests\r\n250 STARTTLS\r\n');
        if (line.startsWith('STARTTLS'))
          socket.write('220 go\r\n235 welcome\r\n250 ok\r\n250 ok\r\n354 go\r\n250 taken\r\n');
      });
    });
    expect(
      await failureOf(channel(portOf(server)).send(messageOf(), AbortSignal.timeout(1_000))),
    ).toBeInstanceOf(Error);
    expect(seen.filter((line) => /MAIL|RCPT|DATA|AUTH/.test(line))).toEqual([]);
  });

  it.each([
    ['nobody vouches for', () => ({ ca: certified('IP:127.0.0.1').ca })],
    ['has no address', () => ({ host: 'mail.tests.invalid' })],
  ])('to a server that %s', async (_what, changes) => {
    const server = await serve();
    const given = changes();
    const sending = channel(server.port, given).send(messageOf(), NEVER);
    expect(await failureOf(sending)).toMatchObject({ mayWorkLater: true });
    expect(server.mails).toEqual([]);
  });

  it('to a server whose certificate is for another name', async () => {
    const other = certified('DNS:other.example.com');
    const server = await serve({ cert: other.cert, key: other.key });
    expect(await failureOf(channel(server.port, { ca: other.ca }).send(messageOf(), NEVER))).toMatchObject({
      mayWorkLater: true,
      message: expect.stringContaining('no trusted TLS'),
    });
  });

  it('without the login that was asked for, and the password is in no error', async () => {
    const server = await serve({ onAuth });
    const login = { username: 'stock', password: 'wrong-pass-of-the-tests' };
    const failure = await failureOf(channel(server.port, { login }).send(messageOf(), NEVER));
    expect(failure).toMatchObject({
      mayWorkLater: true,
      code: '535',
      message: expect.stringMatching(/refused the login.*535 5\.7\.8 bad credentials/),
    });
    expect(String(failure)).not.toContain(login.password);
    expect(server.mails).toEqual([]);
  });

  it('without a login where the server offers none', async () => {
    const server = await serve({ disabledCommands: ['AUTH'] });
    expect(await failureOf(channel(server.port, { login: LOGIN }).send(messageOf(), NEVER))).toMatchObject({
      mayWorkLater: true,
    });
    expect(server.mails).toEqual([]);
  });

  it('and may be later, where the server is greylisting', async () => {
    let asked = 0;
    const server = await serve({
      onRcptTo: (_address, _session, done) => done(asked++ < 2 ? refusal(450, '4.2.0 greylisted') : null),
    });
    const mail = channel(server.port);
    expect(await failureOf(mail.send(messageOf(), NEVER))).toMatchObject({ mayWorkLater: true, code: '450' });
    expect(await mail.send(messageOf(), NEVER)).toMatchObject({ code: '250' });
  });

  it('ever, where the server refuses the mail for good; who is refused as its recipient may be let in', async () => {
    const nobody = await serve({
      onRcptTo: (_address, _session, done) => done(refusal(550, '5.1.1 no such user')),
    });
    expect(await failureOf(channel(nobody.port).send(messageOf(), NEVER))).toMatchObject({
      mayWorkLater: true,
      code: '550',
    });
    const spam = await serve({
      onData: (stream, _session, done) =>
        void stream.resume().on('end', () => done(refusal(554, '5.7.1 spam'))),
    });
    expect(await failureOf(channel(spam.port).send(messageOf(), NEVER))).toMatchObject({
      mayWorkLater: false,
      code: '554',
    });
  });

  it('twice to those who have it where one recipient is refused: it is said beside', async () => {
    const server = await serve({
      onRcptTo: ({ address }, _session, done) =>
        done(address.startsWith('night') ? refusal(550, 'gone') : null),
    });
    expect(await channel(server.port).send(messageOf(), NEVER)).toEqual({
      code: '250',
      remark: 'the server refused 1 of the recipients',
    });
    expect(server.mails).toMatchObject([{ to: ['ops@example.com'] }]);
  });

  it('when the connection breaks in the middle of it', async () => {
    const server = await serve({
      onData: (stream) => {
        stream.once('data', () => server.breakConnections());
      },
    });
    expect(await failureOf(channel(server.port).send(messageOf(), NEVER))).toMatchObject({
      mayWorkLater: true,
    });
  });

  it('to a server that is silent, for longer than it is given', async () => {
    const server = await raw(() => undefined);
    const started = performance.now();
    await expect(channel(portOf(server)).send(messageOf(), AbortSignal.timeout(300))).rejects.toMatchObject({
      name: 'TimeoutError',
    });
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it('to a server that answers without end', async () => {
    const server = await raw((socket) => {
      const more = setInterval(() => socket.write('220-'.padEnd(20_000, 'x')), 5);
      socket.on('close', () => clearInterval(more));
    });
    expect(
      await failureOf(channel(portOf(server)).send(messageOf(), AbortSignal.timeout(5_000))),
    ).toMatchObject({
      mayWorkLater: true,
    });
  });

  it('where nobody listens', async () => {
    const server = await serve();
    const { port } = server;
    await server.stop();
    stops.length = 0;
    expect(await failureOf(channel(port).send(messageOf(), NEVER))).toMatchObject({
      mayWorkLater: true,
      message: expect.stringContaining('cannot be reached'),
    });
  });
});

describe('the check of a mail server', () => {
  it('logs in now and then, greets it otherwise, and sends nothing', async () => {
    let logins = 0;
    const server = await serve({
      onAuth: (given, session, done) => {
        logins += 1;
        onAuth(given, session, done);
      },
    });
    const mail = channel(server.port, { login: LOGIN });
    for (let look = 0; look < 3; look += 1) await mail.check(NEVER);
    expect([logins, server.connections, server.mails]).toEqual([1, 3, []]);
  });

  it('fails where a mail would, and locks no account by trying again and again', async () => {
    let logins = 0;
    const server = await serve({
      onAuth: (given, session, done) => {
        logins += 1;
        onAuth(given, session, done);
      },
    });
    const mail = channel(server.port, { login: { ...LOGIN, username: 'nobody' } });
    for (let look = 0; look < 3; look += 1)
      expect(await failureOf(mail.check(NEVER))).toMatchObject({ code: '535' });
    expect([logins, server.connections]).toEqual([1, 3]);
    const silent = await raw(() => undefined);
    await expect(channel(portOf(silent)).check(AbortSignal.timeout(200))).rejects.toMatchObject({
      name: 'TimeoutError',
    });
  });
});

/** RFC 2047, as a reader shows it. */
function decodedSubject(text: string): string {
  const folded = /^Subject: ((?:.*\r\n[ \t])*.*)\r\n/m.exec(text)?.[1] ?? '';
  return folded
    .replaceAll(/\?=\s+=\?/g, '?==?')
    .replaceAll(/=\?UTF-8\?([BQ])\?([^?]*)\?=/gi, (_all, coding: string, coded: string) =>
      coding.toUpperCase() === 'B'
        ? Buffer.from(coded, 'base64').toString()
        : quotedPrintable(coded.replaceAll('_', ' ')),
    )
    .replaceAll(/\r\n[ \t]/g, ' ');
}

function quotedPrintable(coded: string): string {
  const bytes = coded
    .replaceAll('=\r\n', '')
    .replaceAll(/=([0-9A-F]{2})/gi, (_all, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/** The text and the HTML of a mail. */
function bodiesOf(text: string): string[] {
  const parts = [...text.matchAll(/Content-Type: text\/(?:plain|html)[\s\S]*?\r\n\r\n([\s\S]*?)\r\n--/g)];
  return parts.map(([all, body = '']) =>
    /Content-Transfer-Encoding: base64/i.test(all)
      ? Buffer.from(body, 'base64').toString()
      : quotedPrintable(body),
  );
}
