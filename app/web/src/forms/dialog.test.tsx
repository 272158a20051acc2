// @vitest-environment happy-dom
import { render } from 'preact';
import { afterEach, expect, it } from 'vitest';
import { Dialog } from './dialog.tsx';
import { Field } from './field.tsx';
import { Form } from './form.tsx';

afterEach(() => render(null, document.body));

it('has the focus where one begins to type as soon as it is open: what is typed goes nowhere else a moment later', () => {
  render(
    <Dialog title="Silence" onClose={() => undefined}>
      <button type="button">before it</button>
      <Form submitText="send" onSubmit={() => Promise.resolve()}>
        <Field name="other" label="Other" />
        <Field name="first" label="First" isFirst />
      </Form>
    </Dialog>,
    document.body,
  );
  // Nothing was waited for: no effect that comes later than the drawing has run.
  expect(document.activeElement?.getAttribute('name')).toBe('first');
});
