import { computed, signal } from '@preact/signals';
import { readPlace } from './address.ts';

const hash = signal(location.hash);
/** What stands behind the address, with its `#`: which page, and what it shows. */
export const fragment = computed(() => hash.value);
export const place = computed(() => readPlace(hash.value));

export function followPlace(): void {
  hash.value = location.hash;
}

/** Another page is one to go back from; how a page shows what it has is the same page. */
export function toFragment(next: string, how: 'another' | 'same' = 'another'): void {
  if (how === 'same') history.replaceState(undefined, '', next);
  else history.pushState(undefined, '', next);
  followPlace();
}

/** To what somebody has to do for their account first. */
export function toAccount(): void {
  if (place.value !== 'chart') return;
  history.pushState(undefined, '', '#account');
  followPlace();
}

/** Back to the chart, whose address the query alone says. */
export function toChart(): void {
  if (place.value === 'chart') return;
  history.pushState(undefined, '', location.pathname + location.search);
  followPlace();
}

// Links to a fragment and the browser's way back both come as this.
addEventListener('popstate', followPlace);
