import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HealthChecks } from '../monitoring/health/health-checks.ts';
import type { ComponentName, Finding } from '../monitoring/health/component.ts';
import { ChannelStates } from './channel-states.ts';
import { CHANNELS, type OpenChannel } from './channels.ts';

/** A mail server is greeted; what became of webhooks is known. */
const INTERVALS_MS = { email: 60_000, webhook: 15_000 } as const;
const TIMEOUT_MS = 20_000;

const COMPONENTS = { email: 'mail', webhook: 'webhook' } as const satisfies Record<string, ComponentName>;

/** The components `mail` and `webhook`: whether they could be used, and what became of what was sent. Tells nobody anything. */
@Injectable()
export class ChannelChecks implements OnModuleInit {
  constructor(
    @Inject(CHANNELS) private readonly channels: readonly OpenChannel[],
    private readonly checks: HealthChecks,
    private readonly states: ChannelStates,
  ) {}

  onModuleInit(): void {
    for (const open of this.channels)
      this.checks.register({
        component: COMPONENTS[open.name],
        intervalMs: INTERVALS_MS[open.name],
        timeoutMs: TIMEOUT_MS,
        check: () => this.look(open),
      });
  }

  private async look({ name, channel }: OpenChannel): Promise<Finding> {
    await channel.check?.(AbortSignal.timeout(TIMEOUT_MS));
    const state = this.states.all().find((one) => one.name === name);
    if (state === undefined) return { status: 'up' };
    const { isFailing, lastError, lastSuccessAt = null, oldestWaitingSeconds, deadCount, fullUntil } = state;
    const details = { lastSuccessAt, oldestWaitingSeconds: Math.round(oldestWaitingSeconds), deadCount };
    if (!isFailing) {
      // What waits is not lost, and nobody would know why it waits.
      if (fullUntil === undefined) return { status: 'up', details };
      const message = `messages wait until ${fullUntil}: as many went over ${name} as monitoring.notifications.perTenMinutes allows`;
      return { status: 'up', message, details };
    }
    const why = lastError === undefined ? '' : `: ${lastError}`;
    return { status: 'degraded', message: `messages do not arrive over ${name}${why}`, details };
  }
}
