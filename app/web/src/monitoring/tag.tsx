import type { ComponentChildren } from 'preact';
import { alertStateText, deliveryStateText, errorStatusText, severityText } from './words.ts';
import type { AlertState, DeliveryState, ErrorStatus, Severity, Status } from './types.ts';

export type Tone = 'good' | 'fair' | 'bad' | 'quiet';

/** A word with a colour; the word alone says everything, for the colour is not seen by everybody. */
export function Tag({ tone, children }: { readonly tone: Tone; readonly children: ComponentChildren }) {
  return <span class={`state ${tone}`}>{children}</span>;
}

const STATUSES: Readonly<Record<Status, readonly [Tone, string]>> = {
  up: ['good', '正常'],
  degraded: ['fair', '降级'],
  down: ['bad', '故障'],
};

export const statusText = (status: Status): string => STATUSES[status][1];

export function StatusTag({ status }: { readonly status: Status }) {
  const [tone, text] = STATUSES[status];
  return <Tag tone={tone}>{text}</Tag>;
}

const SEVERITIES: Readonly<Record<Severity, Tone>> = { info: 'quiet', warning: 'fair', critical: 'bad' };

export function SeverityTag({ severity }: { readonly severity: Severity }) {
  return <Tag tone={SEVERITIES[severity]}>{severityText(severity)}</Tag>;
}

const ALERT_STATES: Readonly<Record<AlertState, Tone>> = { pending: 'fair', firing: 'bad', resolved: 'good' };

export function AlertStateTag({ state }: { readonly state: AlertState }) {
  return <Tag tone={ALERT_STATES[state]}>{alertStateText(state)}</Tag>;
}

const DELIVERY_STATES: Readonly<Record<DeliveryState, Tone>> = {
  queued: 'quiet',
  sent: 'good',
  failed: 'fair',
  dead: 'bad',
  superseded: 'quiet',
};

export function DeliveryStateTag({ state }: { readonly state: DeliveryState }) {
  return <Tag tone={DELIVERY_STATES[state]}>{deliveryStateText(state)}</Tag>;
}

const ERROR_STATUSES: Readonly<Record<ErrorStatus, Tone>> = {
  open: 'bad',
  resolved: 'good',
  ignored: 'quiet',
};

export function ErrorStatusTag({ status }: { readonly status: ErrorStatus }) {
  return <Tag tone={ERROR_STATUSES[status]}>{errorStatusText(status)}</Tag>;
}
