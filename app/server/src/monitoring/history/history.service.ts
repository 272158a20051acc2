import { Injectable } from '@nestjs/common';
import { InvalidParameterError, NotFoundError } from '../../common/errors.ts';
import type { MetricAnswer, MetricNames, MetricsQuery } from './history.dto.ts';
import { quantileNamed } from './histograms.ts';
import type { Labels } from './labels.ts';
import { type HistorySeries, MetricHistory, TooManyPoints, type Window } from './metric-history.ts';

/** Of one series; a chart has no more than a screen has columns. */
const MOST_POINTS = 11_000;
/** Of all series together, of each process in turn: about 5 MB of JSON. */
const MOST_IN_ALL = 50_000;

/** The history as people ask for it. */
@Injectable()
export class HistoryService {
  constructor(private readonly history: MetricHistory) {}

  async names(): Promise<MetricNames> {
    return { items: [...(await this.history.metrics())].map(([name, { kind }]) => ({ name, kind })) };
  }

  /** @throws InvalidParameterError for an empty range and one of too many points; NotFoundError for an unknown name */
  async answer({ name, labels, from, to, step, by }: MetricsQuery): Promise<MetricAnswer> {
    const window = [Date.parse(from), Date.parse(to)] as const;
    if (window[0] >= window[1]) throw new InvalidParameterError('from', `must be before to (${to})`);
    const finest = this.history.resolutionSeconds(window[0]);
    const range = (window[1] - window[0]) / 1000;
    const least = Math.ceil(range / MOST_POINTS);
    const seconds = Math.max(step ?? Math.ceil(least / finest) * finest, finest);
    if (seconds < least)
      throw new InvalidParameterError(
        'step',
        `would make ${Math.ceil(range / seconds)} points of each series; at most ${MOST_POINTS} are answered, so ${least} seconds are the least for this range`,
      );
    const kind = (await this.history.metrics()).get(name)?.kind;
    if (kind === undefined)
      throw new NotFoundError(
        `nothing named ${name} is recorded; GET /monitoring/metrics/names lists what is`,
      );
    const matchers = labelsOf(labels);
    if (matchers['instance'] !== undefined && !this.history.tellsProcessesApart(window[0]))
      throw new InvalidParameterError(
        'labels',
        `instance: what began so long ago (from ${from}) is stored of all processes of a role together; ` +
          `ask by role, or for the last ${this.history.rawHours} hours (monitoring.history.rawHours)`,
      );
    const series = await this.read(name, matchers, window, { seconds, by });
    return {
      ...{ name, kind, step: seconds },
      series: series.map((one) => ({
        labels: { ...one.labels },
        points: one.points.map(({ at, ...rest }) => ({ at: new Date(at), ...rest })),
      })),
    };
  }

  private async read(
    name: string,
    labels: Labels,
    window: Window,
    { seconds, by = 'instance' }: { readonly seconds: number; readonly by: MetricsQuery['by'] },
  ): Promise<HistorySeries[]> {
    try {
      return await this.history.read(name, labels, [window], seconds, { most: MOST_IN_ALL, by });
    } catch (error) {
      if (!(error instanceof TooManyPoints)) throw error;
      throw new InvalidParameterError(
        'step',
        `${seconds} would make more than ${error.most} points of all series and processes together; ask for larger steps, a shorter range, or by labels for fewer series`,
      );
    }
  }
}

const LABEL_NAME = /^[a-z][a-z0-9_]{0,63}$/;
const MOST_LABELS = 10;

/** @throws InvalidParameterError */
function labelsOf(text: string | undefined): Labels {
  if (text === undefined) return {};
  const pairs = text.split(',').map((pair) => {
    const at = pair.indexOf('=');
    // Without `=` it is the name of nothing.
    return at < 0 ? (['', pair] as const) : ([pair.slice(0, at), pair.slice(at + 1)] as const);
  });
  if (pairs.length > MOST_LABELS || !pairs.every(([name]) => LABEL_NAME.test(name)))
    throw new InvalidParameterError(
      'labels',
      `must be NAME=VALUE, at most ${MOST_LABELS} of them with commas between`,
    );
  const labels = new Map(pairs);
  if (labels.size < pairs.length)
    throw new InvalidParameterError('labels', 'must name each label once: a series has one value of it');
  const quantile = labels.get('quantile');
  if (quantile !== undefined && quantileNamed(quantile) === undefined)
    throw new InvalidParameterError('labels', 'quantile must be a number between 0 and 1, such as 0.95');
  return Object.fromEntries(labels);
}
