import { type Report, reportOf } from '../model/report.ts';
import { madeAlert, madeFacts, madeLast, madePeriod } from './made-facts.ts';

export const HOSTILE = [
  `<script>alert(1)</script>`,
  `"><img src=x onerror=alert(1)>`,
  `' onmouseover='alert(1)`,
  `</style></title></svg><iframe src=//example.com>`,
  `&lt;b&gt; &#60;i&#62;`,
] as const;

/** A report in which everything that comes from outside is `text`; names are as long as names are. */
export function reportWith(text: string): Report {
  const name = text.slice(0, 64);
  const period = madeLast('daily');
  const alert = madeAlert(period.from, { rule: name, summary: text });
  const hours = [0, 30, 60].map((hour) => [period.from + hour * 3_600_000, 1e9] as const);
  return reportOf(
    madeFacts(madePeriod(period, undefined, [alert]), {
      messages: [{ channel: name, sent: 1, dead: 0, waiting: 0, failedAttempts: 0 }],
      loads: [{ kind: name, completed: 1, failed: 0, rows: 1, quarantined: 0 }],
      lags: [{ source: name, last: 1, largest: 1 }],
      components: [{ component: name, up: 1, degraded: 0, down: 0 }],
      storage: [{ name, used: hours, availableBytes: 1e9, sizeBytes: 2e9 }],
      sections: [
        {
          ...{ title: text, status: 'attention', summary: text },
          figures: [{ label: text, value: text }],
          table: { columns: [text], rows: [[text]] },
        },
      ],
    }),
  );
}
