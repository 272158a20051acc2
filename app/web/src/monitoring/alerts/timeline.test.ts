import { describe, expect, it } from 'vitest';
import { alertOf, deliveryOf } from '../../testing/monitoring.ts';
import { timelineOf } from './timeline.ts';

const person = (id: string): string => `user ${id}`;
const told = (...given: Parameters<typeof timelineOf>) =>
  timelineOf(...given).map(({ at, text, note, until }) =>
    [at.slice(11, 19), text, note ?? until].filter(Boolean),
  );

describe('what became of an alert', () => {
  it('is told in its order, with what was told and what was not', () => {
    const alert = alertOf({
      state: 'resolved',
      escalatedAt: '2026-11-26T09:05:00Z',
      acknowledgedAt: '2026-11-26T09:10:00Z',
      acknowledgedBy: '7',
      acknowledgement: 'restarting it',
      endsAt: '2026-11-26T09:20:00Z',
      endReason: 'clear',
      suppressed: [
        { reason: 'cooldown', count: 12, firstAt: '2026-11-26T08:20:00Z', lastAt: '2026-11-26T08:50:00Z' },
        { reason: 'silenced', count: 1, firstAt: '2026-11-26T09:00:00Z', lastAt: '2026-11-26T09:00:00Z' },
      ],
    });
    const deliveries = [
      deliveryOf({
        transition: '3 resolved',
        state: 'queued',
        attempts: [],
        createdAt: '2026-11-26T09:20:00Z',
      }),
      deliveryOf({
        transition: '2 escalated',
        state: 'dead',
        channel: 'webhook',
        attempts: [],
        createdAt: '2026-11-26T09:05:00Z',
      }),
      deliveryOf(),
    ];
    expect(told(alert, deliveries, person)).toEqual([
      ['08:00:00', '条件第一次成立，待定'],
      ['08:05:00', '触发'],
      ['08:05:02', '通知“触发”，邮件：已送达'],
      ['08:20:00', '12 次没有通知：冷却期内', '2026-11-26T08:50:00Z'],
      ['09:00:00', '1 次没有通知：被静默'],
      ['09:05:00', '通知“升级”，Webhook：已放弃'],
      ['09:05:00', '无人确认，已升级'],
      ['09:10:00', 'user 7已确认', 'restarting it'],
      ['09:20:00', '通知“结束”，邮件：等待发送'],
      ['09:20:00', '恢复：条件不再成立'],
    ]);
  });

  it.each([
    ['no-data', '结束，不知是否已恢复：不再有数据'],
    ['rule-removed', '结束，不知是否已恢复：规则已删除'],
  ])('does not call an end by %s a recovery', (endReason, words) => {
    const alert = alertOf({ state: 'resolved', endsAt: '2026-11-26T09:20:00Z', endReason });
    expect(told(alert, [], person).at(-1)).toEqual(['09:20:00', words]);
  });

  it('shows of one that came back when it fired first, and when last', () => {
    const alert = alertOf({ firedAt: '2026-11-26T10:00:00Z', reopened: 3 });
    expect(told(alert, [], person)).toEqual([
      ['08:00:00', '条件第一次成立，待定'],
      ['08:05:00', '触发'],
      ['10:00:00', '再次触发'],
    ]);
  });

  it('begins with the first breach, also where nothing else is known yet', () => {
    expect(told(alertOf({ state: 'pending', firstFiredAt: null, firedAt: null }), [], person)).toEqual([
      ['08:00:00', '条件第一次成立，待定'],
    ]);
  });

  it('shows words of another version as they come', () => {
    const alert = alertOf({
      ...{ firstFiredAt: null, firedAt: null },
      suppressed: [
        { reason: 'muted', count: 1, firstAt: '2026-11-26T08:01:00Z', lastAt: '2026-11-26T08:01:00Z' },
      ],
    });
    expect(told(alert, [deliveryOf({ transition: '4 moved', channel: 'sms' })], person).slice(1)).toEqual([
      ['08:01:00', '1 次没有通知：muted'],
      ['08:05:02', '通知“moved”，sms：已送达'],
    ]);
  });
});
