import { expect, it } from 'vitest';
import { messageOf } from '../../notifications/testing/messages.ts';
import { mailOf } from '../../notifications/email/mail.ts';
import { payloadOf } from '../../notifications/webhook/payload.ts';
import type { AlertMessage } from './alert-message.ts';
import { notificationOf } from './alert-messenger.ts';

const message = (rule: string, changes: Partial<AlertMessage> = {}): AlertMessage => ({
  alertId: '1',
  fingerprint: 'f',
  number: 1,
  transition: 'firing',
  rule,
  severity: 'critical',
  labels: {},
  summary: 's',
  description: 'd',
  startsAt: 0,
  groupStatus: 'firing',
  exceptChannels: [],
  ...changes,
});

const linkOf = (rule: string, runbooks?: string): string | undefined => {
  const { content } = notificationOf(message(rule), runbooks);
  return content.kind === 'alert' ? content.annotations['runbook_url'] : undefined;
};

it('links to the page of a rule of the platform, where somebody serves them', () => {
  expect(linkOf('DatabaseDown', 'https://wiki.example/r/')).toBe('https://wiki.example/r/DatabaseDown.md');
  expect(linkOf('DatabaseDown')).toBeUndefined();
  expect(linkOf('RuleOfSomebody', 'https://wiki.example/r/')).toBeUndefined();
  expect(linkOf('constructor', 'https://wiki.example/r/')).toBeUndefined();
});

it.each([
  ['clear', 'resolved', '', 'until'],
  ['no-data', 'no data', 'not known to be over: ', 'looked after until'],
  ['rule-removed', 'rule removed', 'not looked at any more: ', 'looked after until'],
] as const)(
  'says of an end by %s whether anybody knows that the trouble is over',
  (endReason, status, words, until) => {
    const end = { transition: 'resolved', endReason, endsAt: 60_000, groupStatus: 'resolved' } as const;
    const { content } = notificationOf(message('DatabaseDown', end), undefined);
    const { subject, text, html } = mailOf(messageOf(content));
    expect(subject).toBe(`[${status} critical] ${words}s`);
    expect(text).toContain(`${status.toUpperCase()} critical ${words}s`);
    expect(text).toContain(`, ${until} 1970-01-01T00:01:00.000Z`);
    expect(html).toContain(`>${status} critical: ${words}s<`);
    for (const shown of [text, html]) {
      expect(shown.includes('may still be the case')).toBe(endReason !== 'clear');
      expect(shown.toLowerCase().includes('resolved')).toBe(endReason === 'clear');
    }
    const [alert] = JSON.parse(payloadOf(messageOf(content))).alerts;
    expect(alert).toMatchObject({
      // Whoever keeps incidents by it closes this one all the same.
      status: 'resolved',
      annotations: { summary: `${words}s`, end_reason: endReason },
    });
  },
);

it('names rule and alert as people silence and acknowledge it by them', () => {
  const { content } = notificationOf(message('MemUsed', { labels: { role: 'worker' } }), undefined);
  const { text, html } = mailOf(messageOf(content));
  expect(text).toContain('rule=MemUsed role=worker alert=1');
  expect(html).toContain('<td>rule</td><td>MemUsed</td>');
  expect(html).toContain('<td>alert</td><td>1</td>');
  const [alert] = JSON.parse(payloadOf(messageOf(content))).alerts;
  expect(alert).toMatchObject({ annotations: { alert_id: '1' }, labels: { alertname: 'MemUsed' } });
});

it('counts apart what ended without being known to be over', () => {
  const ended = (endReason: 'clear' | 'no-data') =>
    notificationOf(message('R', { transition: 'resolved', endReason, endsAt: 0 }), undefined).content;
  const items = [
    ended('no-data'),
    ended('clear'),
    notificationOf(message('R'), undefined).content,
    ended('clear'),
  ];
  expect(mailOf(messageOf(...items)).subject).toMatch(
    /^\[1 firing, 1 no data, 2 resolved, up to critical\] /,
  );
});
