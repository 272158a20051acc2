import { randomUUID } from 'node:crypto';
import type { ChannelMessage } from '../channel.ts';
import { type AlertContent, type Content, statusOf } from '../content.ts';

export function alertOf(changes: Partial<AlertContent> = {}): AlertContent {
  return {
    kind: 'alert',
    status: 'firing',
    labels: { alertname: 'IngestionLagging', severity: 'warning', source: 'sample' },
    annotations: { summary: '行情数据已过期', description: '最近一次成功更新: 2 小时前' },
    startsAt: '2026-11-26T08:00:00Z',
    fingerprint: 'f00d',
    ...changes,
  };
}

export function messageOf(...items: readonly Content[]): ChannelMessage {
  const shown = items.length === 0 ? [alertOf()] : items;
  return {
    id: randomUUID(),
    createdAt: new Date('2026-11-26T08:00:30Z'),
    groupKey: 'alerts:IngestionLagging',
    status: statusOf(shown),
    items: shown,
    count: shown.length,
    isSummary: false,
  };
}

/** Longer than any test waits. */
export const NEVER = new AbortController().signal;
