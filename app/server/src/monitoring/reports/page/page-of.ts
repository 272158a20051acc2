import type { Report } from '../model/report.ts';
import { LEVELS } from '../model/verdict.ts';
import { wordsOfTime } from '../words.ts';
import { chartsOf } from './charts.ts';
import { figuresOf } from './figures.ts';
import { methodOf } from './method.ts';
import type { Block, Page, Tone } from './page.ts';
import {
  componentTable,
  incidentBlocks,
  loadBlocks,
  messageBlocks,
  sectionBlocks,
  storageBlocks,
} from './parts.ts';
import { timeTable } from './time-table.ts';

/** Colour of a verdict. */
export function toneOf(level: (typeof LEVELS)[number]): Tone {
  return level === 'unknown' ? 'none' : level;
}

const heading = (text: string): Block => ({ kind: 'heading', text });

function titleOf({ kind, firstDay, lastDay }: Report): string {
  return kind === 'daily'
    ? `Operations report of ${firstDay}`
    : `Operations report of ${firstDay} to ${lastDay}`;
}

/** The subject of a mail: the verdict first. */
export function subjectOf(report: Report): string {
  return `${report.verdict.title} · ${titleOf(report)}`;
}

export function pageOf(report: Report): Page {
  const times = wordsOfTime(report.timeZone);
  const [availability, requests, latency] = chartsOf(report, times);
  return {
    title: titleOf(report),
    subtitle: `Stock Analysis Platform · ${times.instant(report.from)} to ${times.instant(report.to)}, ${report.timeZone} · made ${times.instant(report.createdAt)}`,
    verdict: report.verdict,
    blocks: [
      figuresOf(report),
      ...(availability === undefined ? [] : [availability]),
      heading('Requests'),
      ...[requests, latency].filter((chart) => chart !== undefined),
      timeTable(report),
      heading('Incidents'),
      ...incidentBlocks(report, times),
      heading('Components'),
      componentTable(report),
      heading('Market data'),
      ...loadBlocks(report),
      heading('Messages'),
      ...messageBlocks(report),
      heading('Storage'),
      ...storageBlocks(report, times),
      ...sectionBlocks(report),
      heading('How these figures are made'),
      ...methodOf(report),
    ],
  };
}
