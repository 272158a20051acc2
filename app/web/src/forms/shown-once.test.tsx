// @vitest-environment happy-dom
import { useState } from 'preact/hooks';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { dialog, leave, press, problems, show, stateOf, titles, WANG } from '../testing/page.ts';
import { Dialog } from './dialog.tsx';
import { ShownOnce } from './shown-once.tsx';

afterEach(leave);

/** What Chromium does for Escape that the page did not prevent, and for going back on a phone. */
const escape = (): void => dialog()?.close();

const Codes = () => {
  const [isOpen, setOpen] = useState(true);
  if (!isOpen) return null;
  return (
    <ShownOnce
      title="恢复码"
      label="恢复码"
      lines={['248H-4MY5']}
      doneText="我已保存"
      onDone={() => setOpen(false)}
    />
  );
};

describe('what is shown once', () => {
  it('stays when Escape is pressed, however often, says how to leave, and goes by its button', async () => {
    show(stateOf(WANG), <Codes />);
    for (let presses = 0; presses < 3; presses += 1) {
      escape();
      await vi.waitFor(() =>
        expect(problems()).toEqual(['关闭后无法再看到。如果已经保存，请按“我已保存”。']),
      );
      expect([titles(), dialog()?.open]).toEqual([['恢复码'], true]);
      expect(dialog()?.textContent).toContain('248H-4MY5');
    }
    await press('我已保存');
    await vi.waitFor(() => expect(titles()).toEqual([]));
  });
});

describe('any other dialog', () => {
  it('is left by Escape', () => {
    const onClose = vi.fn();
    show(
      stateOf(WANG),
      <Dialog title="更改显示名" onClose={onClose}>
        …
      </Dialog>,
    );
    escape();
    expect(onClose).toHaveBeenCalledOnce();
  });
});
