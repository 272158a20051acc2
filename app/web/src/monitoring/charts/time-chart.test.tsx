// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from 'vitest';
import { leave, show, stateOf, WANG } from '../../testing/page.ts';
import type { Line } from './lines.ts';
import { pathsOf, TimeChart } from './time-chart.tsx';

const MINUTE = 60_000;
const T0 = Date.parse('2026-11-26T00:00:00Z');
const line = (...minutes: readonly number[]): Line => ({
  name: 'up',
  points: minutes.map((minute) => ({ at: T0 + minute * MINUTE, value: minute })),
});
const scales = { x: (at: number): number => (at - T0) / MINUTE, y: (value: number): number => 100 - value };

describe('what is drawn of a line', () => {
  it('has a gap where nothing was recorded, and a dot for what stands alone', () => {
    expect(pathsOf(line(1, 2, 3, 6, 9, 10), 60, scales)).toEqual({
      lines: 'M1.0 99.0L2.0 98.0 3.0 97.0M9.0 91.0L10.0 90.0',
      dots: 'M6.0 94.0h0',
    });
    expect(pathsOf(line(), 60, scales)).toEqual({ lines: '', dots: '' });
  });
});

describe('the cursor', () => {
  afterEach(leave);

  const textAt = (at: number): string => `at ${(at - T0) / MINUTE}`;
  const draw = (cursor: number | undefined, onCursor = vi.fn()) => {
    show(
      stateOf(WANG),
      <TimeChart
        title="请求"
        lines={[line(1, 2, 5)]}
        window={{ from: T0, to: T0 + 10 * MINUTE, step: 60 }}
        unit="count"
        {...{ textAt, cursor, onCursor }}
      />,
    );
    const slider = document.querySelector('[role=slider]');
    if (!slider) throw new Error('there is no chart');
    return { slider, onCursor };
  };
  const press = (slider: Element, key: string): boolean =>
    slider.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));

  it('is at the newest time until it is moved, and is told in words', () => {
    const { slider } = draw(undefined);
    expect(
      ['aria-valuenow', 'aria-valuemax', 'aria-valuetext', 'aria-label'].map((name) =>
        slider.getAttribute(name),
      ),
    ).toEqual(['2', '2', 'at 5', '请求：时间']);
    expect(slider.querySelector('.cursor')).toBeNull();
  });

  it.each([
    ['ArrowLeft', 1],
    ['ArrowRight', 5],
    ['Home', 1],
    ['End', 5],
    ['PageUp', 1],
  ])('goes with %s from the second time to minute %d', (key, minute) => {
    const { slider, onCursor } = draw(T0 + 2 * MINUTE);
    expect(slider.querySelector('.cursor')).not.toBeNull();
    // What the chart takes does not scroll the page.
    expect(press(slider, key)).toBe(false);
    expect(onCursor).toHaveBeenCalledExactlyOnceWith(T0 + minute * MINUTE);
  });

  it('is left by Escape, and leaves other keys to the page', () => {
    const { slider, onCursor } = draw(T0 + 2 * MINUTE);
    expect(press(slider, 'Tab')).toBe(true);
    expect(onCursor).not.toHaveBeenCalled();
    press(slider, 'Escape');
    expect(onCursor).toHaveBeenCalledExactlyOnceWith(undefined);
  });

  it('goes to the time next to the pointer', () => {
    const { slider, onCursor } = draw(undefined);
    // 480 px wide before anything was measured, 74 of them for figures and 16 at the end: minute 4 is nearer to 5 than to 2.
    const clientX = 74 + 0.4 * (480 - 74 - 16);
    slider.dispatchEvent(new PointerEvent('pointermove', { clientX, bubbles: true }));
    expect(onCursor).toHaveBeenCalledExactlyOnceWith(T0 + 5 * MINUTE);
  });
});
