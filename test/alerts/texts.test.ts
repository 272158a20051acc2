import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { alertGroups, operatorAlertGroups } from '../../operator/src/resources/monitoring/rules/index.ts';
import { testTarget } from '../../operator/src/resources/testing/target.ts';
import { dashboards, operatorDashboards } from '../../operator/src/resources/monitoring/dashboards/index.ts';
import { panelQueries } from '../support/panel-queries.ts';
import { runbookPages } from '../support/runbooks.ts';
import { ALERT_CASES } from './cases/index.ts';
import { printedTexts } from './five-cases.ts';
import { testRules } from './promtool.ts';
import { alertsOf, everyAlert, FACTS, runbookName, SPECS } from './rules-under-test.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const RUNBOOKS = resolve(ROOT, 'docs/runbooks');
const SECTIONS = ['Meaning', 'Impact', 'Diagnosis', 'Mitigation'];
/** Where the application declares its own alerts; one of the same meaning shares the page. */
const APP_ALERTS = resolve(ROOT, 'app/server/src/monitoring/alerts');

/** A page of Prometheus itself. */
const OF_PROMETHEUS = 'Status / Targets';

const alerts = [...everyAlert().values()];
const names = [...new Set(alerts.map(runbookName))].sort();
const pages = runbookPages().map(({ name }) => name);

const textOf = (file: string): string => readFileSync(file, 'utf8');

/** How GitHub names the headings of a page. */
const anchorsOf = (file: string): ReadonlySet<string> =>
  new Set(
    [...textOf(file).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );

const appSources = (): string =>
  existsSync(APP_ALERTS)
    ? readdirSync(APP_ALERTS, { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
        .map((file) => readFileSync(resolve(APP_ALERTS, file), 'utf8'))
        .join('\n')
    : '';

describe('runbooks', () => {
  it.each(names)('have a page for %s with four sections', (name) => {
    const text = readFileSync(resolve(RUNBOOKS, `${name}.md`), 'utf8');
    expect(text.startsWith(`# ${name}\n`)).toBe(true);
    const sections = text.split(/^## /m).slice(1);
    expect(sections.map((section) => section.split('\n')[0])).toEqual(SECTIONS);
    for (const section of sections)
      expect(section.split('\n').slice(1).join('').trim().length).toBeGreaterThan(40);
  });

  it('are there for alerts alone', () => {
    const ofApp = appSources();
    expect(pages.filter((page) => !names.includes(page) && !new RegExp(`\\b${page}\\b`).test(ofApp))).toEqual(
      [],
    );
  });

  it('are what alerts link to', () => {
    for (const rule of alerts)
      expect(rule.annotations.runbook_url).toBe(`${FACTS.runbookBaseURL}${runbookName(rule)}.md`);
  });

  it('are linked to by nothing where nobody says that they are served', () => {
    const { operatorNamespace } = FACTS;
    const groups = [
      ...alertGroups(testTarget(), { operatorNamespace }),
      ...operatorAlertGroups({ operatorNamespace }),
    ];
    const annotations = alertsOf(groups).map((rule) => Object.keys(rule.annotations).toSorted());
    expect(annotations.length).toBeGreaterThan(20);
    expect(new Set(annotations.map((members) => members.join()))).toEqual(new Set(['description,summary']));
  });

  it('name dashboards and panels that there are', () => {
    const there = [
      ...Object.values(SPECS).flatMap((spec) => dashboards(testTarget(spec))),
      ...operatorDashboards(),
    ];
    const titles = new Set([
      OF_PROMETHEUS,
      ...there.map(({ title }) => title.split(' / ').slice(0, 2).join(' / ')),
      ...there.flatMap((one) => panelQueries(one, { namespace: 'operators' })).map(({ panel }) => panel),
    ]);
    const named = pages.flatMap((page) => {
      const text = readFileSync(resolve(RUNBOOKS, `${page}.md`), 'utf8').replaceAll(/\s+/g, ' ');
      return [...text.matchAll(/(?<!\*)\*([A-Z][^*]+)\*(?!\*)/g)].map(([, name = '']) => ({ page, name }));
    });
    expect(named.filter(({ name }) => !titles.has(name))).toEqual([]);
    expect(named.length).toBeGreaterThan(10);
  });

  it.each([
    ...pages.map((page) => `runbooks/${page}`),
    ...['runbooks/README', 'alerts', 'prometheus', 'monitoring', 'notifications'],
  ])('have no dead link, nor %s one to a section that is not there', (page) => {
    const file = resolve(RUNBOOKS, '..', `${page}.md`);
    const links = [...textOf(file).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)];
    const dead = links.filter(([, path = '', anchor]) => {
      const target = path === '' ? file : resolve(file, '..', path);
      return !existsSync(target) || (anchor !== undefined && !anchorsOf(target).has(anchor));
    });
    expect(dead.map(([link]) => link)).toEqual([]);
  });
});

describe('docs/alerts.md', () => {
  const table = readFileSync(resolve(ROOT, 'docs/alerts.md'), 'utf8');

  it.each(alerts.map((rule) => ({ name: runbookName(rule), rule })))(
    'has $name with severity and delay',
    ({ name, rule }) => {
      const row = table.split('\n').find((line) => line.startsWith(`| [${name}](runbooks/${name}.md) |`));
      expect(row, `no row for ${name}`).toBeDefined();
      const window = rule.labels['window'] === undefined ? '' : ` (${rule.labels['window']})`;
      expect(row).toContain(`${rule.labels.severity}${window}, ${rule.for ?? 'at once'}`);
    },
  );

  it('has no row without an alert', () => {
    const rows = [...table.matchAll(/^\| \[(\w+)\]\(runbooks\//gm)].map(([, name]) => name);
    expect(new Set(rows)).toEqual(new Set(names));
  });
});

describe('texts', () => {
  it('come out whole, with the object and the value, wherever an alert fires', async () => {
    const { output } = await testRules(ALERT_CASES.map(printedTexts));
    const sent = [...output.matchAll(/Annotations:\{(description="(?:[^"\\]|\\.)*", .*)\}$/gm)].map(
      ([, text = '']) => text,
    );
    expect(sent).toHaveLength(ALERT_CASES.length);
    for (const text of sent) {
      expect(text).toMatch(/stock-analysis\/demo|operators/);
      expect(text).not.toMatch(/\{\{|<no value>|<error|NaN|undefined|%!/);
    }
  });
});
