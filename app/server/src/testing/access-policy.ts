import type { Scope, UserRole } from '../common/access.ts';

/**
 * Who may do what, written down a second time: an access rule that is changed by mistake differs from this list.
 * `open`: everyone, and the answer depends on who it is. `scope`: an API key that has it may, too; `stepUp`: only with a password that was given a moment ago; `before`: also
 * for who has to do this first.
 */
export type AccessPolicy =
  | 'public'
  | 'open'
  | 'reading'
  | { role: UserRole; scope?: Scope; stepUp?: true; before?: readonly ('change' | 'factor')[] };

const own: AccessPolicy = { role: 'viewer' };
const always = ['change', 'factor'] as const;
const ownSensitive: AccessPolicy = { role: 'viewer', stepUp: true };
export const adminOnly: AccessPolicy = { role: 'admin', stepUp: true };
const operator: AccessPolicy = { role: 'operator', scope: 'market:write' };
const watching: AccessPolicy = { role: 'operator', scope: 'monitoring:read' };
const handling: AccessPolicy = { role: 'operator', scope: 'monitoring:write' };

export const ACCESS_POLICY: Readonly<Record<string, AccessPolicy>> = {
  analyseByRules: 'reading',
  getCalendar: 'reading',
  getIngestion: 'reading',
  getMarketOverview: 'reading',
  getOpenApi: 'reading',
  getSymbol: 'reading',
  listBars: 'reading',
  listFundamentals: 'reading',
  listHalts: 'reading',
  listIndicatorDefinitions: 'reading',
  listIndicators: 'reading',
  listIngestions: 'reading',
  listMinutes: 'reading',
  listNews: 'reading',
  listQuarantine: 'reading',
  listValuations: 'reading',
  searchSymbols: 'reading',
  getHealth: 'open',
  getStatus: 'open',
  live: 'public',
  ready: 'public',
  getSession: 'public',
  setUp: 'public',
  signIn: 'public',
  signOut: { role: 'viewer', before: always },
  changePassword: { role: 'viewer', stepUp: true, before: always },
  stepUp: { role: 'viewer', before: always },
  listSessions: own,
  endOtherSessions: own,
  endSession: own,
  getSecondFactor: own,
  enrolSecondFactor: { role: 'viewer', stepUp: true, before: ['factor'] },
  confirmSecondFactor: { role: 'viewer', stepUp: true, before: ['factor'] },
  renewRecoveryCodes: ownSensitive,
  removeSecondFactor: ownSensitive,
  getOwnAccount: own,
  changeOwnAccount: own,
  exportOwnAccount: ownSensitive,
  deleteOwnAccount: ownSensitive,
  listOwnSecrets: own,
  putOwnSecret: ownSensitive,
  deleteOwnSecret: ownSensitive,
  listApiKeys: own,
  createApiKey: ownSensitive,
  rotateApiKey: ownSensitive,
  revokeApiKey: own,
  listUsers: { role: 'admin', scope: 'users:read' },
  getUser: { role: 'admin', scope: 'users:read' },
  createUser: adminOnly,
  changeUser: adminOnly,
  deleteUser: adminOnly,
  resetPassword: adminOnly,
  removeUsersSecondFactor: adminOnly,
  revokeAccess: adminOnly,
  listDeliveries: { role: 'operator', scope: 'monitoring:read' },
  retryDelivery: { role: 'operator', scope: 'monitoring:write' },
  testChannel: { role: 'operator', scope: 'monitoring:write' },
  listAuditRecords: { role: 'admin', scope: 'audit:read' },
  exportAuditRecords: { role: 'admin', scope: 'audit:read' },
  orderIngestion: operator,
  releaseRow: operator,
  dropRow: operator,
  listAlerts: watching,
  getAlert: watching,
  acknowledgeAlert: handling,
  listSilences: watching,
  createSilence: handling,
  endSilence: handling,
  listAlertRules: watching,
  writeAlertRule: handling,
  removeAlertRule: handling,
  listErrors: watching,
  getError: watching,
  resolveError: handling,
  ignoreError: handling,
  reopenError: handling,
  listSlowRecords: watching,
  queryMetric: watching,
  listMetrics: watching,
  getLogLevel: watching,
  orderLogLevel: handling,
  endLogLevel: handling,
  listOperationsReports: watching,
  getOperationsReport: watching,
  makeOperationsReport: handling,
};
