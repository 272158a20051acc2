import type { ComponentChildren } from 'preact';
import { Dialog } from './dialog.tsx';
import { Form, type Values } from './form.tsx';
import type { ProblemTexts } from './problem-line.tsx';

/** Says what will happen and asks for it once more; fields of its own where a click is not enough. */
export function Confirm(props: {
  readonly title: string;
  readonly text: string;
  readonly submitText: string;
  readonly onConfirm: (values: Values) => Promise<void>;
  readonly onClose: () => void;
  readonly texts?: ProblemTexts;
  readonly children?: ComponentChildren;
}) {
  return (
    <Dialog title={props.title} onClose={props.onClose}>
      <p>{props.text}</p>
      <Form
        submitText={props.submitText}
        isDangerous
        onCancel={props.onClose}
        {...(props.texts ? { texts: props.texts } : {})}
        onSubmit={async (values) => {
          await props.onConfirm(values);
          props.onClose();
        }}
      >
        {props.children}
      </Form>
    </Dialog>
  );
}
