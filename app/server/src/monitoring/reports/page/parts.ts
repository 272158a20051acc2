import type { Incident } from '../model/incidents.ts';
import type { Report } from '../model/report.ts';
import type { Storage } from '../model/storage.ts';
import { bytes, counted, duration, percent, whole, type wordsOfTime } from '../words.ts';
import { growthChart } from './charts.ts';
import type { Block, Cell, Table, Tone } from './page.ts';

type Times = ReturnType<typeof wordsOfTime>;

const paragraph = (text: string): Block => ({ kind: 'paragraph', text });
const plain = (text: string): Cell => ({ text });
/** A count that should be 0. */
const unwanted = (count: number, tone: Tone): Cell => ({ text: whole(count), ...(count > 0 && { tone }) });

const SEVERITY_TONES = { critical: 'bad', warning: 'attention', info: 'plain' } as const;

function incidentRow(incident: Incident, times: Times): Cell[] {
  const { severity, rule, summary, startedAt, endedAt, seconds, secondsToAcknowledge } = incident;
  return [
    { text: severity, tone: SEVERITY_TONES[severity] },
    plain(`${rule}: ${summary}`),
    plain(times.instant(startedAt)),
    endedAt === null ? { text: `${duration(seconds)}, not over`, tone: 'bad' } : plain(duration(seconds)),
    plain(secondsToAcknowledge === null ? 'nobody' : `after ${duration(secondsToAcknowledge)}`),
  ];
}

export function incidentBlocks({ incidents }: Report, times: Times): Block[] {
  const { items, more, began, carriedOver, longestSeconds } = incidents;
  if (items.length === 0) return [paragraph('No alert fired.')];
  const counts = `Began: ${began.critical} critical, ${began.warning} warning, ${began.info} info. From before: ${carriedOver} critical or warning.`;
  const longest = longestSeconds === null ? '' : ` The longest took ${duration(longestSeconds)}.`;
  const table: Table = {
    kind: 'table',
    caption: 'Alerts that fired, the worst first',
    columns: [
      { title: 'Severity', isShort: true, width: 0.1 },
      { title: 'What', width: 0.36 },
      { title: 'Since', isShort: true, width: 0.2 },
      { title: 'Took', isShort: true, width: 0.16 },
      { title: 'Acknowledged', isShort: true, width: 0.18 },
    ],
    rows: items.map((item) => incidentRow(item, times)),
  };
  const rest =
    more > 0 ? [paragraph(`${counted(more, 'more alert')}: GET /monitoring/alerts lists all.`)] : [];
  return [paragraph(counts + longest), table, ...rest];
}

export function componentTable({ components }: Report): Block {
  if (components.length === 0) return paragraph('No process said how its components did.');
  const share = (part: number, total: number, tone: Tone): Cell =>
    part === 0 ? plain('–') : { text: percent(part / total), tone };
  return {
    kind: 'table',
    caption: 'How components did, by the worst reading of each window',
    columns: [
      { title: 'Component', width: 0.4 },
      { title: 'Up', align: 'right', width: 0.2 },
      { title: 'Degraded', align: 'right', width: 0.2 },
      { title: 'Down', align: 'right', width: 0.2 },
    ],
    rows: components.map(({ component, up, degraded, down }) => {
      const total = up + degraded + down;
      return [
        plain(component),
        share(up, total, up === total ? 'good' : 'plain'),
        share(degraded, total, 'attention'),
        share(down, total, 'bad'),
      ];
    }),
  };
}

export function loadBlocks({ loads, lags, openQuarantine }: Report): Block[] {
  const table: Table = {
    kind: 'table',
    caption: 'Loads that ended',
    columns: [
      { title: 'Load', width: 0.28 },
      ...['Completed', 'Failed', 'Rows', 'Quarantined'].map(
        (title) => ({ title, align: 'right', width: 0.18 }) as const,
      ),
    ],
    rows: loads.map((load) => [
      plain(load.kind),
      plain(whole(load.completed)),
      unwanted(load.failed, 'bad'),
      plain(whole(load.rows)),
      unwanted(load.quarantined, 'attention'),
    ]),
  };
  const lag = lags.map(
    ({ source, last, largest }) =>
      `${source}: ${last === null ? 'not known' : `${counted(last, 'trading day')} behind`} at the end, ${whole(largest)} at most.`,
  );
  const open =
    openQuarantine === null ? [] : [`${counted(openQuarantine, 'quarantined row')} wait for a decision.`];
  return [
    loads.length === 0 ? paragraph('No load ended.') : table,
    ...(lag.length + open.length === 0 ? [] : [paragraph([...lag, ...open].join(' '))]),
  ];
}

export function messageBlocks({ messages }: Report): Block[] {
  if (messages.length === 0) return [paragraph('Nothing was sent.')];
  const titles = ['Sent', 'Not delivered', 'Waiting', 'Attempts that failed'];
  return [
    {
      kind: 'table',
      caption: 'Messages by channel',
      columns: [
        { title: 'Channel', width: 0.2 },
        ...titles.map((title) => ({ title, align: 'right', width: 0.2 }) as const),
      ],
      rows: messages.map((message) => [
        plain(message.channel),
        plain(whole(message.sent)),
        unwanted(message.dead, 'bad'),
        unwanted(message.waiting, 'attention'),
        plain(whole(message.failedAttempts)),
      ]),
    },
  ];
}

function storageRow({ name, usedBytes, availableBytes, growthBytesPerDay, daysUntilFull }: Storage): Cell[] {
  const growth = growthBytesPerDay === null ? 'not known' : `${bytes(growthBytesPerDay)} a day`;
  const full =
    daysUntilFull === null
      ? plain('not in sight')
      : {
          text: `in ${counted(Math.floor(daysUntilFull), 'day')}`,
          ...(daysUntilFull <= 30 && { tone: 'bad' as const }),
        };
  return [
    plain(name),
    plain(bytes(usedBytes)),
    plain(availableBytes === null ? 'not known' : bytes(availableBytes)),
    plain(growth),
    availableBytes === null || growthBytesPerDay === null ? plain('not known') : full,
  ];
}

export function storageBlocks({ storage }: Report, times: Times): Block[] {
  if (storage.length === 0) return [paragraph('Nothing was recorded.')];
  const database = storage.find(({ name }) => name === 'database');
  const chart = database && growthChart('Size of the database', database.points, bytes, times);
  const table: Table = {
    kind: 'table',
    caption: 'Room on disks',
    columns: [
      { title: 'Where', width: 0.32 },
      { title: 'Used', align: 'right', width: 0.16 },
      { title: 'Free', align: 'right', width: 0.16 },
      { title: 'Growth', align: 'right', width: 0.2 },
      { title: 'Full', align: 'right', width: 0.16 },
    ],
    rows: storage.map(storageRow),
  };
  return [...(chart === undefined ? [] : [chart]), table];
}

export function sectionBlocks({ sections }: Report): Block[] {
  return sections.flatMap(({ title, status, summary, figures = [], table }): Block[] => {
    const sentence = summary.slice(0, 1).toUpperCase() + summary.slice(1);
    const figuresBlock: Block[] = figures.length === 0 ? [] : [{ kind: 'figures', figures }];
    const tableBlock: Block[] =
      table === undefined || table.rows.length === 0
        ? []
        : [
            {
              kind: 'table',
              caption: title,
              columns: table.columns.map((name) => ({ title: name, width: 1 / table.columns.length })),
              rows: table.rows.map((row) => row.map(plain)),
            },
          ];
    const words = status === 'not-configured' ? 'Not configured.' : `${sentence}.`;
    return [{ kind: 'heading', text: title }, paragraph(words), ...figuresBlock, ...tableBlock];
  });
}
