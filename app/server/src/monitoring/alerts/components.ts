import { Injectable } from '@nestjs/common';
import { ComponentHealth } from '../health/component-health.ts';
import { HealthChecks } from '../health/health-checks.ts';
import type { ComponentView } from './conditions/component.ts';

const UNKNOWN: ComponentView = { component: 'database', status: 'up', isCurrent: false };

/** The components as conditions judge them, from memory. */
@Injectable()
export class Components {
  constructor(
    private readonly health: ComponentHealth,
    private readonly checks: HealthChecks,
  ) {}

  /** As all processes see them; of what nobody has told of yet nothing is known. */
  all(): ComponentView[] {
    return this.health.overview().components.map(({ name, status, message, views }) => ({
      component: name,
      status,
      message: message === '' ? undefined : message,
      isCurrent: views.length > 0,
    }));
  }

  /** The database as this process sees it, whatever the others told through it. */
  database(): ComponentView {
    const state = this.checks.stateOf('database');
    if (state === undefined) return UNKNOWN;
    const { component, status, message } = state;
    return { component, status, message: message === '' ? undefined : message, isCurrent: true };
  }
}
