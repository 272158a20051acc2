import { isAtLeast, type UserRole } from '../session.ts';
import { SCOPES, type AuditOutcome, type Scope, type SecretKind } from './types.ts';

export const ROLE_TEXTS: Readonly<Record<UserRole, string>> = {
  viewer: '查看者',
  analyst: '分析者',
  operator: '操作者',
  admin: '管理员',
};

/** A role that the page does not know yet is shown as the server has it. */
export const roleText = (role: string): string =>
  Object.entries(ROLE_TEXTS).find(([name]) => name === role)?.[1] ?? role;

/** The least role whose keys may have it. */
const SCOPE_ROLES: Readonly<Record<Scope, UserRole>> = {
  'market:read': 'viewer',
  'market:write': 'operator',
  'monitoring:read': 'operator',
  'monitoring:write': 'operator',
  'audit:read': 'admin',
  'users:read': 'admin',
};

/** A key never opens more than its owner's role, so nothing else is offered. */
export const scopesOf = (role: UserRole): readonly Scope[] =>
  SCOPES.filter((scope) => isAtLeast(role, SCOPE_ROLES[scope]));

export const SCOPE_TEXTS: Readonly<Record<Scope, string>> = {
  'market:read': '读取行情、指标与分析',
  'market:write': '载入数据、处理隔离行',
  'monitoring:read': '读取监控数据、告警、错误、通知与报告',
  'monitoring:write': '处理告警、静默、规则与错误，重发通知，生成报告，更改日志级别',
  'audit:read': '读取审计日志',
  'users:read': '读取用户列表',
};

export const SECRET_KIND_TEXTS: Readonly<Record<SecretKind, string>> = {
  'ai-api-key': 'AI 服务密钥',
  'webhook-secret': 'Webhook 密钥',
  'smtp-password': '邮件（SMTP）密码',
};

export const OUTCOME_TEXTS: Readonly<Record<AuditOutcome, string>> = {
  success: '成功',
  refused: '拒绝',
  failed: '失败',
};

export const PASSWORD_RULES =
  '12 至 128 个字符，任何字符都可以，几个不相干的词就很好记；不能是已泄露过的密码，也不能主要由用户名或平台名构成。';

/** The secret in groups of four, as people type it. */
export const grouped = (secret: string): string => secret.replaceAll(/.{4}(?=.)/g, '$& ');

const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/\bEdg\//, 'Edge'],
  [/\bFirefox\//, 'Firefox'],
  [/\bMicroMessenger\//, '微信'],
  [/Chrome\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
  [/^curl\//, 'curl'],
];
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/\bWindows NT\b/, 'Windows'],
  [/\bAndroid\b/, 'Android'],
  [/\b(iPhone|iPad)\b/, 'iOS'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bLinux\b/, 'Linux'],
];

/** More of what a program says of itself tells nobody anything. */
const LONGEST_AGENT = 80;

/** Browser and system, enough to know one's own by; of what is neither, the beginning as it was sent. */
export function agentText(userAgent: string | null): string {
  if (userAgent === null) return '未知程序';
  const known = [BROWSERS, SYSTEMS].map((list) => list.find(([pattern]) => pattern.test(userAgent))?.[1]);
  const beginning = userAgent.length > LONGEST_AGENT ? `${userAgent.slice(0, LONGEST_AGENT)}…` : userAgent;
  return known.filter(Boolean).join(' · ') || beginning;
}
