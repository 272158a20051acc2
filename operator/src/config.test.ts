import { describe, expect, it } from 'vitest';
import { loadConfig } from './config.ts';

const IMAGES = {
  RELATED_IMAGE_APP: 'a',
  RELATED_IMAGE_POSTGRES: 'p',
  RELATED_IMAGE_SAMPLE_DATA: 's',
  RELATED_IMAGE_AKTOOLS: 'k',
};

describe('loadConfig', () => {
  it('watches its own namespace and elects a leader by default', () => {
    expect(loadConfig({ ...IMAGES, WATCH_NAMESPACES: '' })).toMatchObject({
      watchNamespaces: undefined,
      lease: { durationMs: 15_000 },
    });
  });

  it('watches all namespaces for *', () => {
    expect(loadConfig({ ...IMAGES, WATCH_NAMESPACES: '*' }).watchNamespaces).toEqual([]);
  });

  it('reads a list of namespaces and fractions of seconds', () => {
    const config = loadConfig({
      ...IMAGES,
      WATCH_NAMESPACES: 'a, b',
      LEASE_DURATION_SECONDS: '2',
      LEASE_RENEW_DEADLINE_SECONDS: '1.5',
      LEASE_RETRY_PERIOD_SECONDS: '0.4',
    });
    expect(config.watchNamespaces).toEqual(['a', 'b']);
    expect(config.lease).toEqual({ durationMs: 2_000, renewDeadlineMs: 1_500, retryPeriodMs: 400 });
  });

  it('says everything that is wrong at once', () => {
    expect(() => loadConfig({ HEALTH_PORT: 'x', LEASE_DURATION_SECONDS: '0' })).toThrow(
      /RELATED_IMAGE_APP.*RELATED_IMAGE_POSTGRES.*HEALTH_PORT.*LEASE_DURATION_SECONDS/,
    );
    expect(() => loadConfig({ ...IMAGES, LEASE_DURATION_SECONDS: '5' })).toThrow(
      /larger than LEASE_RENEW_DEADLINE_SECONDS/,
    );
  });
});
