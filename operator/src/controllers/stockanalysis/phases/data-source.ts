import { managedAKTools } from '../../../api/index.ts';
import { aktoolsName, selectorOf } from '../../../naming/index.ts';
import { deploymentState } from '../../../policies/index.ts';
import {
  aktoolsDeployment,
  aktoolsNetworkPolicy,
  aktoolsService,
  aktoolsServiceAccount,
} from '../../../resources/index.ts';
import { NOT_REQUESTED, fails, holds } from '../status.ts';
import { kinds } from '../types.ts';
import { ChildError } from '../child-errors.ts';
import { ensureWorkload, notePending, type Workload } from '../workload.ts';
import { explain, type Outcome, type Pass } from './phase.ts';

/** Everything of the data source that the spec asks for is in the API server, whether it works or not. */
export interface DataSource {
  readonly isThere: true;
}

const THERE: DataSource = { isThere: true };

/**
 * The AKTools of this object; it waits for nothing. That it does not work is a verdict and stops nobody: what is stored is
 * served without it. That one of its objects cannot be made (its name is taken, a quota refuses it) leaves this phase
 * without output: workers would be sent to somebody else's Service.
 */
export async function dataSourcePhase(pass: Pass): Promise<Outcome<DataSource>> {
  const { target, children } = pass;
  const { marketData } = target.spec;
  if (!managedAKTools(marketData)) {
    const elsewhere = `AKTools at ${marketData.aktools?.url} is not the operator's to watch; the application says how it does`;
    const verdict = marketData.provider === 'AKTools' ? holds(elsewhere, 'NotRequested') : NOT_REQUESTED;
    return { verdict, output: THERE };
  }
  const workload: Workload = {
    name: aktoolsName(target.name),
    condition: 'DataSourceAvailable',
    credentials: {},
    build: aktoolsDeployment,
  };
  await ensureSurroundings(pass, workload);
  const live = await ensureWorkload(pass, kinds.deployments, workload);
  const pods = children.podsOf(selectorOf(target.name, 'aktools'));
  const state = deploymentState(live, workload.name, pods);
  const verdict = state.done
    ? holds(`AKTools runs as Deployment ${workload.name}`)
    : fails(await explain(pass, state.finding, pods));
  return { verdict, output: THERE };
}

/** @throws ChildError where one of them cannot be made; what waits for a rollout is noted by then */
async function ensureSurroundings(pass: Pass, workload: Workload): Promise<void> {
  const { target, writer } = pass;
  try {
    // The policy comes first: no pod of it ever runs without.
    await writer.ensure(kinds.networkPolicies, aktoolsNetworkPolicy(target));
    await writer.ensure(kinds.serviceAccounts, aktoolsServiceAccount(target));
    await writer.ensure(kinds.services, aktoolsService(target));
  } catch (error) {
    if (error instanceof ChildError) await notePending(pass, kinds.deployments, workload);
    throw error;
  }
}
