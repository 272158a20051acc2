import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';

/**
 * The browser's own modal dialog: it holds the focus, gives it back where it was, and Escape leaves it. A slip of the
 * pointer beside it closes nothing.
 */
export function Dialog(props: {
  readonly title: string;
  readonly onClose: () => void;
  /** Escape, or going back on a phone, comes here instead of closing it: only its buttons do. */
  readonly onHeld?: () => void;
  readonly children: ComponentChildren;
}) {
  const id = useId();
  const element = useRef<HTMLDialogElement>(null);
  const isGone = useRef(false);
  useLayoutEffect(() => {
    const dialog = element.current;
    dialog?.showModal();
    dialog?.querySelector<HTMLElement>('[data-first]')?.focus();
    // Not only taken out of the page: the focus goes back only where the dialog was closed.
    return () => {
      isGone.current = true;
      dialog?.close();
    };
  }, []);
  return (
    <dialog
      ref={element}
      aria-labelledby={id}
      onClose={() => {
        if (isGone.current || !element.current) return;
        // Browsers let a page prevent the first Escape and not the next one; opened again, nothing of it is lost.
        if (props.onHeld) {
          element.current.showModal();
          props.onHeld();
        } else props.onClose();
      }}
    >
      <h2 id={id}>{props.title}</h2>
      {props.children}
    </dialog>
  );
}
