import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { toolPath } from '../cluster/index.ts';
import { capture, captureBoth } from '../lib/shell.ts';
import { Day, Reason, readData } from './data.ts';
import { notRun, verdictOf, type Verdict } from './gate.ts';

/** A finding that somebody looked at and that is no secret. */
const Reviewed = z.strictObject({
  rule: z.string().min(1),
  path: z.string().min(1),
  /** SHA-256 of what was found, so that neither the list nor a rebase shows or loses it */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  reason: Reason,
  date: Day,
});
export type Reviewed = z.infer<typeof Reviewed>;

/** What is read of gitleaks' report. */
const Report = z
  .array(
    z.object({
      RuleID: z.string(),
      File: z.string(),
      StartLine: z.number(),
      Commit: z.string(),
      Secret: z.string(),
    }),
  )
  .nullable();

export interface Finding {
  readonly rule: string;
  readonly path: string;
  readonly sha256: string;
  /** `path:line in commit` */
  readonly place: string;
}

// The rules that come with it; a configuration, ignore file or comment in the scanned tree decides nothing.
const RULES = '[extend]\nuseDefault = true\n';
// What a merge brings of its own is in no other commit, and git shows no merges by default.
const EVERY_COMMIT = '--log-opts=--full-history --all --diff-merges=first-parent';
const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';
/** A .gitattributes of the scanned tree could call every file binary, and git would show none of them. */
const NO_ATTRIBUTES = {
  GIT_CONFIG_COUNT: '1',
  GIT_CONFIG_KEY_0: 'attr.tree',
  GIT_CONFIG_VALUE_0: EMPTY_TREE,
};

export interface Search {
  readonly findings: readonly Finding[];
  /** Commits that change a file. */
  readonly commits: number;
}

/**
 * What looks like a secret in any commit that any ref of the repository reaches.
 * @throws Error when there is no repository, and when gitleaks cannot be built or read no commit
 */
export async function findSecrets(repository: string): Promise<Search> {
  // From the folder of git itself, where no work tree with ignore files and attributes is in the way.
  const source = (await capture('git', ['rev-parse', '--absolute-git-dir'], { cwd: repository })).trim();
  const gitleaks = await toolPath('gitleaks');
  // Its report holds what it found in clear.
  const folder = mkdtempSync(join(tmpdir(), 'secrets-'));
  try {
    const [rules, report] = [join(folder, 'rules.toml'), join(folder, 'report.json')];
    writeFileSync(rules, RULES);
    const unswayed = [
      `--config=${rules}`,
      '--ignore-gitleaks-allow',
      `--gitleaks-ignore-path=${folder}/none`,
    ];
    const output = ['--no-banner', '--no-color', '--exit-code=0', '--report-format=json'];
    const { stderr } = await captureBoth(
      gitleaks,
      ['git', EVERY_COMMIT, ...unswayed, ...output, '--redact=0', `--report-path=${report}`, source],
      { cwd: source, env: NO_ATTRIBUTES, endsWithUs: true },
    );
    // It ends well when git does not, and has then found nothing.
    const commits = Number(/(\d+) commits scanned/.exec(stderr)?.[1] ?? '0');
    if (commits === 0) throw new Error(`gitleaks read no commit of ${source}: ${stderr.trim()}`);
    return { commits, findings: findingsIn(readFileSync(report, 'utf8')) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function findingsIn(report: string): Finding[] {
  return (Report.parse(JSON.parse(report)) ?? []).map(({ RuleID, File, StartLine, Commit, Secret }) => ({
    rule: RuleID,
    path: File,
    sha256: createHash('sha256').update(Secret).digest('hex'),
    place: `${File}:${StartLine} in ${Commit.slice(0, 12)}`,
  }));
}

/** What was found and not reviewed, and what was reviewed and is found no more. */
export function judgeSecrets(found: readonly Finding[], reviewed: readonly Reviewed[]): string[] {
  const isReviewOf = (review: Reviewed, { rule, path, sha256 }: Finding): boolean =>
    review.rule === rule && review.path === path && review.sha256 === sha256;
  return [
    ...found
      .filter((one) => !reviewed.some((review) => isReviewOf(review, one)))
      .map(
        ({ rule, place, sha256 }) =>
          `${rule} at ${place} (sha256 ${sha256}): replace the secret where it is used; if it is none, add it to secrets.yaml`,
      ),
    ...reviewed
      .filter((review) => !found.some((one) => isReviewOf(review, one)))
      .map(
        ({ rule, path, sha256 }) =>
          `secrets.yaml lists ${rule} in ${path} (${sha256}), which is not found: remove it`,
      ),
  ];
}

/** The gate: the whole history of the repository. */
export async function secretsVerdict(repository: string, folder?: string): Promise<Verdict> {
  const git = (args: readonly string[]): Promise<string> => capture('git', args, { cwd: repository });
  if ((await git(['rev-parse', '--is-shallow-repository'])).trim() === 'true')
    return notRun('this clone is shallow and lacks most of the history: git fetch --unshallow');
  const reviewed = readData('secrets.yaml', z.array(Reviewed), folder);
  const { findings, commits } = await findSecrets(repository);
  return verdictOf(
    judgeSecrets(findings, reviewed),
    `${commits} commits, reviewed findings: ${reviewed.length}`,
  );
}
