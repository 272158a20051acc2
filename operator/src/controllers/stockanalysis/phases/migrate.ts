import type { StockAnalysisStatus } from '../../../api/index.ts';
import { LABEL } from '../../../naming/index.ts';
import {
  decideMigration,
  eventFinding,
  failureOf,
  obsoleteJobs,
  podFinding,
  successMessageOf,
  supersededJobs,
  type LiveJob,
  type LivePod,
} from '../../../policies/index.ts';
import {
  migrateJob,
  migrateNetworkPolicy,
  migrateServiceAccount,
  migrationKey,
} from '../../../resources/index.ts';
import { fails, holds, type Verdict } from '../status.ts';
import type { Access } from './access.ts';
import { ensureNetworkPolicy } from './network.ts';
import { eventsOf, startFindingOf, type Outcome, type Pass } from './phase.ts';
import { kinds } from '../types.ts';

export type SchemaStatus = NonNullable<StockAnalysisStatus['schema']>;

/**
 * One migrate Job per image and database, before anything of that image is rolled out. `databaseReady` false: nothing
 * is started, but a migration that status remembers still counts.
 */
export async function migratePhase(
  pass: Pass,
  access: Access,
  databaseReady: boolean,
): Promise<Outcome<SchemaStatus>> {
  const { target, writer, status } = pass;
  const key = migrationKey(target, access.migratorSecret);
  const remembered = status.schema?.migration === key ? status.schema : undefined;
  if (!databaseReady) return remembered ? current(remembered) : { verdict: waiting() };
  await ensureNetworkPolicy(pass, migrateNetworkPolicy(target));
  await writer.ensure(kinds.serviceAccounts, migrateServiceAccount(target));
  // Labels can be copied by anybody: what another made is neither believed nor removed.
  const jobs = pass.children.all(kinds.jobs).filter((job) => writer.owns(job));
  for (const job of supersededJobs(jobs, key)) {
    if (job.metadata.deletionTimestamp === undefined) await writer.remove(kinds.jobs, job);
  }
  const now = pass.dependencies.clock.now();
  const decision = decideMigration(jobs, key, now);
  const mounts = { configMap: access.configMap, databaseSecret: access.migratorSecret };
  switch (decision.action) {
    case 'succeeded': {
      const version = successMessageOf(podsOf(pass, decision.job)) ?? remembered?.version;
      return current({ migration: key, image: target.images.app, ...(version ? { version } : {}) });
    }
    case 'create': {
      // A Job that did its work is history, which anybody may clear away.
      if (remembered) return current(remembered);
      // Before the next one: while a migration fails again and again, nothing else clears its attempts away.
      for (const job of obsoleteJobs(jobs, undefined)) await writer.remove(kinds.jobs, job);
      const job = await writer.ensureExists(kinds.jobs, migrateJob(target, mounts, decision.attempt));
      return { verdict: running(job.metadata.name) };
    }
    case 'wait':
      return remembered ? current(remembered) : { verdict: await explainRunning(pass, decision.job) };
    case 'pause':
      if (remembered) return current(remembered);
      return {
        verdict: failed(pass, decision.job, decision.attempt),
        requeueAfterMs: decision.retryAt - now,
      };
    default:
      throw new Error('unreachable');
  }
}

const current = (schema: SchemaStatus): Outcome<SchemaStatus> => ({
  verdict: holds(`The schema is that of ${schema.image}`),
  output: schema,
});

const waiting = (): Verdict =>
  fails({ reason: 'WaitingForDatabase', message: 'The migration waits until the database is ready' });

const running = (job: string): Verdict => fails({ reason: 'MigrationRunning', message: `Job ${job} runs` });

function podsOf(pass: Pass, job: LiveJob): LivePod[] {
  const { migration, attempt } = LABEL;
  const labels = job.metadata.labels ?? {};
  return pass.children.podsOf({ [migration]: labels[migration] ?? '', [attempt]: labels[attempt] ?? '' });
}

async function explainRunning(pass: Pass, job: LiveJob): Promise<Verdict> {
  const pods = podsOf(pass, job);
  const finding =
    pods.length === 0
      ? eventFinding(`Job ${job.metadata.name}`, await eventsOf(pass, job))
      : (podFinding(pods) ?? (await startFindingOf(pass, pods)));
  if (finding?.reason === 'ContainerCrashed') {
    return fails({
      reason: 'MigrationFailed',
      message: `Job ${job.metadata.name}: ${finding.message}. It is tried again`,
    });
  }
  return finding ? fails(finding) : running(job.metadata.name);
}

function failed(pass: Pass, job: LiveJob, attempt: number): Verdict {
  const said = failureOf(podsOf(pass, job)) ?? 'its pods are gone';
  const message = `Job ${job.metadata.name} (attempt ${attempt}) failed: ${said}. It is tried again; correct the image or the database`;
  return fails({ reason: 'MigrationFailed', message });
}
