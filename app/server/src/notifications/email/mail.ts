import { escapeHtml } from '../../common/html.ts';
import type { ChannelMessage } from '../channel.ts';
import { type AlertContent, type Content, type DocumentContent, spanText, statusText } from '../content.ts';
import { alertText, alertTitle, namesOf, noteOf, oneLine, titleOfMessage } from '../summary.ts';

export interface Mail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly attachments: readonly MailAttachment[];
}

interface MailAttachment {
  readonly filename: string;
  readonly contentType: string;
  readonly content: Buffer;
}

/** Text as the page shows it; line breaks stay. */
const shown = (text: string): string => escapeHtml(text).replaceAll('\n', '<br>');

const COLOURS: Readonly<Record<string, string>> = {
  critical: '#b3261e',
  warning: '#b26a00',
  info: '#1f5fa8',
};
const RESOLVED = '#2e7d32';

/** Only what a browser opens; an alert's text may come from anywhere. */
function isLink(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
}

function alertHtml(alert: AlertContent): string {
  const { labels, annotations } = alert;
  const { description, runbook_url: runbook = '' } = annotations;
  const severity = labels['severity'] ?? '';
  const status = statusText(alert);
  const colour = status === 'resolved' ? RESOLVED : (COLOURS[severity] ?? '#444444');
  const cells = namesOf(alert).map(
    ([name, value]) => `<tr><td>${escapeHtml(name)}</td><td>${escapeHtml(value)}</td></tr>`,
  );
  return [
    `<h3 style="color:${colour}">${escapeHtml(`${status} ${severity}`.trim())}: ${escapeHtml(alertTitle(alert))}</h3>`,
    description === undefined ? '' : `<p>${shown(description)}</p>`,
    `<p>${escapeHtml(spanText(alert))}</p>`,
    cells.length === 0 ? '' : `<table>${cells.join('')}</table>`,
    isLink(runbook) ? `<p><a href="${escapeHtml(runbook)}">what to do</a></p>` : '',
  ].join('');
}

const itemText = (one: Content): string =>
  one.kind === 'alert' ? alertText(one) : `${oneLine(one.title)}\n\n${one.text}`;
const itemHtml = (one: Content): string =>
  one.kind === 'alert' ? alertHtml(one) : (one.html ?? `<p>${shown(one.text)}</p>`);

function attachmentsOf(items: readonly Content[]): MailAttachment[] {
  return items
    .filter((one): one is DocumentContent => one.kind === 'document')
    .flatMap(({ attachments = [] }) => attachments)
    .map(({ name, mediaType, base64 }) => ({
      filename: oneLine(name, 100),
      contentType: mediaType,
      content: Buffer.from(base64, 'base64'),
    }));
}

const PAGE = /^<!doctype html>/i;

/** A document that is a whole page goes as it is: mail programs heed styles in its head alone. */
function pageOf(items: readonly Content[], pages: readonly string[]): string {
  const [only = ''] = pages;
  if (pages.length === 1 && items[0]?.kind === 'document' && PAGE.test(only)) return only;
  return `<!DOCTYPE html><html><head><meta charset="utf-8"></head><body>${pages.join('<hr>')}</body></html>`;
}

/** A message as a mail: the same in plain text and in HTML, whatever is written in it. */
export function mailOf(message: ChannelMessage): Mail {
  const { items } = message;
  const note = noteOf(message);
  const texts = [...(note === undefined ? [] : [note]), ...items.map(itemText)];
  const pages = [...(note === undefined ? [] : [`<p>${escapeHtml(note)}</p>`]), ...items.map(itemHtml)];
  return {
    subject: titleOfMessage(message),
    text: `${texts.join('\n\n')}\n`,
    html: pageOf(items, pages),
    attachments: attachmentsOf(items),
  };
}
