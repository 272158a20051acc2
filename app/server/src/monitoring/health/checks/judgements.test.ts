import { createServer } from 'node:http';
import { type AddressInfo, createServer as createListener } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { ApiCheck } from './api-check.ts';
import { judgeDisks } from './disk-check.ts';
import { EventLoopCheck, judgeDelays } from './event-loop-check.ts';
import { judgeJobs } from './job-queue-check.ts';
import { judgeMemory, MemoryCheck } from './memory-check.ts';

const GIB = 1024 ** 3;

describe('disks', () => {
  const disk = (sizeBytes: number, availableBytes: number, inodes?: { total: number; free: number }) => ({
    mount: '/data',
    sizeBytes,
    availableBytes,
    inodes,
  });

  it.each([
    ['with room', disk(20 * GIB, 10 * GIB), 'up', ''],
    ['with a tenth', disk(20 * GIB, 2 * GIB), 'up', ''],
    ['with less', disk(20 * GIB, 1.9 * GIB), 'degraded', '/data has 1945 MiB left, 9.5 %'],
    ['large, with less than a tenth and still plenty', disk(1000 * GIB, 11 * GIB), 'up', ''],
    ['without inodes', disk(20 * GIB, 10 * GIB, { total: 1000, free: 49 }), 'degraded', '49 inodes left'],
    ['with few inodes', disk(20 * GIB, 10 * GIB, { total: 1000, free: 50 }), 'up', ''],
  ])('%s', (_name, filesystem, status, message) => {
    const finding = judgeDisks([filesystem]);
    expect(finding.status).toBe(status);
    expect(finding.message).toContain(message);
    expect(finding.details).toEqual({ 'availableBytes /data': filesystem.availableBytes });
  });
});

describe('memory', () => {
  it('is judged by the limit of the container', () => {
    expect(judgeMemory(460, 512, 0)).toEqual({
      status: 'up',
      message: '',
      details: { usedBytes: 460, limitBytes: 512, oomKills: 0 },
    });
    expect(judgeMemory(462, 512, 3)).toMatchObject({
      status: 'degraded',
      message: expect.stringMatching(/^90 % of its memory are used/),
      details: { oomKills: 3 },
    });
  });

  it('is that of the process where there is no limit', () => {
    const unlimited = {
      usageBytes: 1e15,
      workingSetBytes: 1e15,
      limitBytes: undefined,
      oomKills: undefined,
    };
    const { status, details } = new MemoryCheck(
      () => unlimited,
      () => 1234,
    ).check();
    expect([status, details?.['usedBytes']]).toEqual(['up', 1234]);
    const limited = { ...unlimited, workingSetBytes: 99, limitBytes: 100 };
    expect(
      new MemoryCheck(
        () => limited,
        () => 1,
      ).check().status,
    ).toBe('degraded');
  });
});

describe('the event loop', () => {
  it('is degraded when it is late often, or very late once', () => {
    expect(judgeDelays(200, 2_000, 200).status).toBe('up');
    expect(judgeDelays(201, 250, 200)).toMatchObject({
      status: 'degraded',
      message: expect.stringContaining('up to 250 ms late'),
    });
    expect(judgeDelays(20, 2_001, 200).status).toBe('degraded');
    expect(judgeDelays(201, 2_001, 250).status).toBe('up');
  });

  it('is measured anew for each look', async () => {
    const check = new EventLoopCheck(200);
    try {
      expect(check.check().details?.['maxMilliseconds']).toBe(0);
      await sleep(60);
      const until = performance.now() + 300;
      while (performance.now() < until);
      await sleep(60);
      expect(check.check().details?.['maxMilliseconds']).toBeGreaterThan(200);
      expect(check.check().details?.['maxMilliseconds']).toBe(0);
    } finally {
      check.stop();
    }
  });
});

describe('jobs', () => {
  const well = { waiting: 0, oldest_seconds: null, active: 1, failed: 0 };

  it('are well when they are begun in time and none is given up', () => {
    expect(judgeJobs(well, 60)).toEqual({
      status: 'up',
      message: '',
      details: { waiting: 0, active: 1, failedLastHour: 0, oldestDueSeconds: null },
    });
    expect(judgeJobs({ ...well, waiting: 3, oldest_seconds: 1_800.4 }, 60).status).toBe('up');
    expect(judgeJobs({ ...well, waiting: 3, oldest_seconds: 3_000 }, 120).status).toBe('up');
  });

  it('are in trouble when one is overdue or was given up', () => {
    expect(judgeJobs({ ...well, waiting: 3, oldest_seconds: 1_801 }, 60)).toMatchObject({
      status: 'degraded',
      message: expect.stringContaining('due for 1801 s'),
    });
    expect(judgeJobs({ ...well, failed: 2 }, 60)).toMatchObject({
      status: 'degraded',
      message: expect.stringContaining('2 jobs were given up'),
    });
  });
});

describe('the API', () => {
  const closing: (() => void)[] = [];
  afterEach(() => {
    for (const close of closing.splice(0)) close();
  });

  async function serverAnswering(status: number, host = '127.0.0.1') {
    const server = createServer((_request, response) => response.writeHead(status).end());
    await new Promise<void>((resolve) => server.listen(0, host, resolve));
    closing.push(() => server.close());
    return server;
  }

  it('is up when its own listener answers', async () => {
    const server = await serverAnswering(200);
    const { port } = server.address() as AddressInfo;
    expect(await new ApiCheck(() => server).check()).toEqual({ status: 'up', details: { port } });
    const everywhere = await serverAnswering(200, '0.0.0.0');
    expect(await new ApiCheck(() => everywhere).check()).toMatchObject({ status: 'up' });
  });

  it('is down when it answers something else, or does not listen', async () => {
    const failing = await serverAnswering(500);
    await expect(new ApiCheck(() => failing).check()).rejects.toThrow(/is answered with 500/);
    await expect(new ApiCheck(() => createServer()).check()).rejects.toThrow('does not listen yet');
  });

  it('is down when the connection is taken and nothing comes', async () => {
    const mute = createListener();
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    closing.push(() => mute.close());
    const address = mute.address();
    const server = Object.assign(createServer(), { address: () => address });
    await expect(new ApiCheck(() => server).check()).rejects.toThrow('no answer after 3000 ms');
  }, 10_000);
});
