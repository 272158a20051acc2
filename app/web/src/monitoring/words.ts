import type { Section } from './where.ts';

/** What the server calls something, in the words of the page; what another version knows is shown as it comes. */
const wordOf =
  (words: Readonly<Record<string, string>>) =>
  (code: string): string =>
    Object.hasOwn(words, code) ? (words[code] ?? code) : code;

export const SECTION_TEXTS: Readonly<Record<Section, string>> = {
  health: '健康',
  charts: '图表',
  alerts: '告警',
  silences: '静默',
  rules: '规则',
  deliveries: '通知',
  errors: '错误',
  slow: '慢操作',
  'log-level': '日志级别',
  reports: '报告',
};

export const componentText = wordOf({
  database: '数据库',
  schema: '数据库结构',
  api: '接口',
  'market-data': '行情来源',
  ai: 'AI 服务',
  mail: '邮件',
  webhook: 'Webhook',
  'job-queue': '任务队列',
  disk: '磁盘',
  'database-volume': '数据库存储卷',
  memory: '内存',
  'event-loop': '事件循环',
  alerts: '告警引擎',
  backups: '备份',
  certificates: '证书',
});

export const roleText = wordOf({ server: '服务器', worker: '后台进程' });

export const severityText = wordOf({ info: '提示', warning: '警告', critical: '严重' });

export const alertStateText = wordOf({
  active: '进行中（待定或触发）',
  pending: '待定',
  firing: '触发',
  resolved: '已结束',
});

export const channelText = wordOf({ email: '邮件', webhook: 'Webhook' });

export const deliveryStateText = wordOf({
  queued: '等待发送',
  sent: '已送达',
  failed: '失败，将重试',
  dead: '已放弃',
  superseded: '已被后来的取代',
});

export const suppressionText = wordOf({
  silenced: '被静默',
  inhibited: '被另一告警抑制',
  cooldown: '冷却期内',
  flapping: '反复波动',
  'no-channel': '没有可用的通知渠道',
});

export const endReasonText = wordOf({
  clear: '条件不再成立',
  'no-data': '不再有数据',
  'rule-removed': '规则已删除',
});

export const originText = wordOf({ builtin: '平台自带', changed: '自带，已修改', own: '自建' });

export const errorStatusText = wordOf({ open: '未解决', resolved: '已解决', ignored: '已忽略' });

export const slowKindText = wordOf({
  query: '慢查询',
  route: '慢请求',
  job: '慢任务',
  'event-loop': '事件循环受阻',
});

export const reportKindText = wordOf({ daily: '日报', weekly: '周报' });
