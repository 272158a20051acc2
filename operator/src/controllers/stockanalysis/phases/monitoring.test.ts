import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../../kube/index.ts';
import { sendStatus } from '../../../kube/testing/answers.ts';
import { testTarget } from '../../../resources/testing/target.ts';
import { NotLeaderError } from '../../../runtime/index.ts';
import { startHarness, type Harness } from '../../../runtime/testing/harness.ts';
import { Children } from '../children.ts';
import { KnownManifests } from '../known-manifests.ts';
import { ChildWriter } from '../writer.ts';
import { monitoringPhase } from './monitoring.ts';
import type { Pass } from './phase.ts';

const RULES = 'demo-alerts';

let harness: Harness;

beforeEach(async () => {
  harness = await startHarness();
});
afterEach(() => harness.close());

/** A visit of a cluster with prometheus-operator in which nothing of this is there yet. */
function passOf(assertLeader: () => void = () => undefined): Pass {
  const target = testTarget();
  const children = new Children([]);
  const visit = { signal: new AbortController().signal, log: silentLog, assertLeader };
  return {
    ...{ target, status: {}, children, visit, warnings: [] },
    object: { metadata: { uid: target.uid, generation: 1 } },
    writer: new ChildWriter(harness.client, target, children, visit),
    dependencies: { prometheusOperator: { state: 'present' }, knownManifests: new KnownManifests() },
  } as unknown as Pass;
}

/** What the API server answers to a PrometheusRule; the other objects it takes. */
function answerRules(code: number, reason: string): void {
  harness.server.script(({ method, path }, response) => {
    if (method !== 'POST' || !path.endsWith('/prometheusrules')) return false;
    sendStatus(response, code, reason);
    return true;
  });
}

const madeKinds = (): string[] =>
  harness.server.requests
    .filter(({ method }) => method === 'POST')
    .map(({ path }) => path.split('/').at(-1) ?? '');

const ALL = ['prometheusrules', 'podmonitors', 'configmaps'];

describe('monitoring', () => {
  it.each([
    { code: 500, reason: 'InternalError', told: 'ReconcileFailed' },
    { code: 405, reason: 'MethodNotAllowed', told: 'ReconcileFailed' },
    { code: 404, reason: 'NotFound', told: 'PrometheusOperatorAbsent' },
    { code: 422, reason: 'Invalid', told: 'InvalidManifest' },
  ])('tells that a rule was answered with $code, and brings the rest', async ({ code, reason, told }) => {
    answerRules(code, reason);
    const { verdict, output } = await monitoringPhase(passOf());
    expect(verdict).toMatchObject({ status: 'False', reason: told });
    expect(output).toBeDefined();
    expect(madeKinds()).toEqual(ALL);
  });

  it('names the object and the words of the API server', async () => {
    answerRules(500, 'InternalError');
    const { verdict } = await monitoringPhase(passOf());
    expect(verdict.message).toBe(`PrometheusRule ${RULES}: 500 scripted InternalError`);
  });

  it('says nothing new of a lost race, and asks for the next visit', async () => {
    answerRules(409, 'Conflict');
    const { verdict, output, requeueAfterMs } = await monitoringPhase(passOf());
    expect(verdict.status).toBe('Unknown');
    expect(output).toBeUndefined();
    expect(requeueAfterMs).toBeGreaterThan(0);
    expect(madeKinds()).toEqual(ALL);
  });

  it.each([
    { code: 429, reason: 'TooManyRequests' },
    { code: 401, reason: 'Unauthorized' },
  ])('leaves to the visit what concerns every request ($code)', async ({ code, reason }) => {
    answerRules(code, reason);
    await expect(monitoringPhase(passOf())).rejects.toMatchObject({ status: code });
  });

  it('writes nothing more once another process leads', async () => {
    const lost = (): never => {
      throw new NotLeaderError();
    };
    await expect(monitoringPhase(passOf(lost))).rejects.toBeInstanceOf(NotLeaderError);
    expect(madeKinds()).toEqual([]);
  });
});
