import { expect, it } from 'vitest';
import type { AlertMessage } from './alert-message.ts';
import { notificationOf } from './alert-messenger.ts';

const message = (rule: string): AlertMessage => ({
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
