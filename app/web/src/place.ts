import { computed, signal } from '@preact/signals';
import { readPlace } from './address.ts';

const hash = signal(location.hash);
export const place = computed(() => readPlace(hash.value));

export function followPlace(): void {
  hash.value = location.hash;
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
