import { bytesText, clockText, secondsText, short } from './units.ts';

/** What names say of their figures: `availableBytes`, `uptimeSeconds`, `checkedAt`. */
function figureText(name: string, value: unknown): string {
  if (value === null || value === undefined) return '—';
  if (typeof value === 'boolean') return value ? '是' : '否';
  if (typeof value === 'number') {
    if (/bytes$/i.test(name)) return bytesText(value);
    if (/milliseconds$|Ms$/.test(name)) return secondsText(value / 1000);
    if (/seconds$/i.test(name)) return secondsText(value);
    // Versions, ports and ids are numbers, too.
    return Number.isInteger(value) ? String(value) : short(value);
  }
  if (typeof value !== 'string') return JSON.stringify(value);
  return /(At|^at)$/.test(name) && !Number.isNaN(Date.parse(value)) ? clockText(value) : value;
}

const isParts = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && Object.keys(value).length > 0;

/** Whatever a part of the platform tells of itself: each figure with the name that the API has for it. */
export function Facts({ of }: { readonly of: object }) {
  return (
    <dl class="facts">
      {Object.entries(of).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{isParts(value) ? <Facts of={value} /> : figureText(name, value)}</dd>
        </div>
      ))}
    </dl>
  );
}
