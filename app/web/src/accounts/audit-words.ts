/** What the log's codes mean. They stay in sight: filters, exports and the API know nothing else. */
export const ACTION_TEXTS = {
  'session.login': '登录',
  'session.login-refused': '登录被拒绝',
  'session.logout': '退出登录',
  'session.step-up': '再次确认密码',
  'session.step-up-refused': '再次确认密码被拒绝',
  'session.revoke': '结束一个登录',
  'session.revoke-others': '结束其他登录',
  'login.rest': '登录暂停（失败过多）',
  'password.change': '更换密码',
  'password.change-refused': '更换密码被拒绝',
  'password.reset': '重设密码',
  'second-factor.enable': '启用第二因素',
  'second-factor.disable': '停用第二因素',
  'recovery-codes.renew': '换新恢复码',
  'user.set-up': '用引导令牌建立管理员',
  'user.create': '新建用户',
  'user.change': '更改用户',
  'user.delete': '删除用户',
  'user.export': '导出个人数据',
  'user.revoke-access': '结束登录与密钥',
  'api-key.create': '新建 API 密钥',
  'api-key.rotate': '轮换 API 密钥',
  'api-key.revoke': '撤销 API 密钥',
  'secret.create': '保存密钥',
  'secret.replace': '替换保存的密钥',
  'secret.delete': '删除保存的密钥',
  'ingestion.order': '下令载入数据',
  'quarantine.release': '放行隔离行',
  'quarantine.drop': '舍弃隔离行',
  'audit.read': '查看审计日志',
  'audit.export': '导出审计日志',
  'audit.prune': '清理审计日志',
  'alert.acknowledge': '确认告警',
  'alert-silence.create': '静默告警',
  'alert-silence.end': '结束静默',
  'alert-rule.write': '写入告警规则',
  'alert-rule.remove': '删除或还原告警规则',
  'notification.test': '测试通知渠道',
  'notification.retry': '重试已放弃的通知',
  'error.resolve': '错误标为已解决',
  'error.ignore': '忽略错误',
  'error.reopen': '重新打开错误',
  'log-level.change': '更改日志级别',
  'log-level.end': '恢复日志级别',
  'report.make': '生成运行报告',
} as const;

export const OBJECT_TEXTS = {
  user: '用户',
  session: '登录',
  'login-name': '未知用户名',
  address: '地址',
  'api-key': 'API 密钥',
  secret: '保存的密钥',
  ingestion: '数据载入',
  'quarantined-row': '隔离行',
  'audit-log': '审计日志',
  alert: '告警',
  'alert-silence': '静默',
  'alert-rule': '告警规则',
  notification: '通知',
  'notification-channel': '通知渠道',
  error: '错误',
  'log-level': '日志级别',
  report: '运行报告',
} as const;

const wordOf = (texts: Readonly<Record<string, string>>, code: string): string | undefined =>
  Object.hasOwn(texts, code) ? texts[code] : undefined;

/** undefined: another version of the platform has recorded it. */
export const actionText = (action: string): string | undefined => wordOf(ACTION_TEXTS, action);
export const objectText = (kind: string): string => wordOf(OBJECT_TEXTS, kind) ?? kind;

export const ACTIONS = Object.entries(ACTION_TEXTS);
export const OBJECT_KINDS = Object.entries(OBJECT_TEXTS);
