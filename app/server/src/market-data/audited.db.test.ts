import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { storedRecords } from '../audit/testing/audit-logs.ts';
import { runInRequest } from '../audit/testing/requests.ts';
import { createLoadedApplication, type TestApplication } from '../testing/test-application.ts';
import { IngestionsService } from './ingestion/ingestions.service.ts';
import { QuarantineService } from './quarantine/quarantine.service.ts';

const USER = '0b5a6a5e-8a58-4c0c-9d50-0c4f6c1b8a01';
const KEY = '0b5a6a5e-8a58-4c0c-9d50-0c4f6c1b8a03';
const principal = {
  kind: 'api-key',
  userId: USER,
  role: 'operator',
  keyId: KEY,
  scopes: ['market:write'],
} as const;

describe('what changes market data is in the audit log', () => {
  let application: TestApplication;
  beforeAll(async () => {
    application = await createLoadedApplication(['000001.SH']);
  });
  afterAll(() => application.close());

  const asOperator = <Result>(work: () => Promise<Result>) =>
    runInRequest({ address: '203.0.113.7', principal }, work);
  const records = async () =>
    (await storedRecords(application.database.sql)).map(({ record }) => JSON.parse(record));
  const BY_OPERATOR = {
    outcome: 'success',
    address: '203.0.113.7',
    actor: { kind: 'api-key', id: USER, role: 'operator', via: KEY },
  };

  it('has the order of a load, and none that was refused', async () => {
    const service = application.app.get(IngestionsService);
    const { id } = await asOperator(() => service.order({ kind: 'history', symbols: ['000001.SH'] }));
    await expect(
      asOperator(() => service.order({ kind: 'history', symbols: ['999999.SH'] })),
    ).rejects.toThrow('999999.SH');
    expect(await records()).toEqual([
      expect.objectContaining({
        ...BY_OPERATOR,
        action: 'ingestion.order',
        object: { kind: 'ingestion', id },
        after: { kind: 'history', symbols: ['000001.SH'], symbolCount: 1 },
      }),
    ]);
  });

  it('has a decision about a quarantined row with its reason, once', async () => {
    const service = application.app.get(QuarantineService);
    const { items } = await service.list({ symbol: '000001.SH', disposition: 'flagged', limit: 1 });
    const [row] = items;
    const drop = () => asOperator(() => service.decide(row?.id ?? '', 'dropped', 'the exchange says so'));
    await drop();
    await drop();
    const before = (await records()).slice(1);
    expect(before).toEqual([
      expect.objectContaining({
        ...BY_OPERATOR,
        action: 'quarantine.drop',
        object: { kind: 'quarantined-row', id: row?.id },
        before: { resolution: null },
        after: {
          resolution: 'dropped',
          symbol: '000001.SH',
          dataset: 'daily',
          date: row?.date,
          finding: row?.reason,
        },
        reason: 'the exchange says so',
      }),
    ]);
  });
});
