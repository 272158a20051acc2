import { Inject, Injectable } from '@nestjs/common';
import { CONFIGURATION, type Configuration } from '../../common/configuration/configuration.ts';
import { MISSED_LOOKS } from './last-look.ts';

const LEAST_GONE_SECONDS = 60;

/** What follows from how often rules are judged (`monitoring.alerts.evaluationSeconds`). */
@Injectable()
export class AlertTiming {
  /** Between two evaluations. */
  readonly evaluationMs: number;
  /** Between two evaluations, of which it may be said that somebody looked all the time. */
  readonly watchedMs: number;
  /** How long whoever leads does so without having said it again: over an evaluation that is late. */
  readonly leaseSeconds: number;
  /** Who has judged, written or said nothing for so long does not any more. */
  readonly goneMs: number;

  constructor(@Inject(CONFIGURATION) { monitoring }: Pick<Configuration, 'monitoring'>) {
    const { evaluationSeconds } = monitoring.alerts;
    this.evaluationMs = evaluationSeconds * 1000;
    this.leaseSeconds = 2 * evaluationSeconds + 5;
    this.watchedMs = MISSED_LOOKS * this.evaluationMs;
    this.goneMs = Math.max(LEAST_GONE_SECONDS * 1000, this.watchedMs);
  }
}
