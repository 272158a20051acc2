import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Form, type Values } from '../forms/form.tsx';
import { PageButtons, usePages } from '../forms/pages.tsx';
import { toFragment } from '../place.ts';
import type { AddressFilter } from './address-filter.ts';
import { Freshness } from './freshness.tsx';
import { type Live, useLive } from './live.ts';
import type { Paged } from './types.ts';
import { readWhere, type Section, type Where, writeWhere } from './where.ts';

const EVERY_MS = 15_000;

export type Query = Required<Where>['query'];

/** Of these the address holds what is given. @throws ProblemError for what the server would refuse */
export type ReadFilter = (values: Values) => Query;

interface FilterProps {
  readonly section: Section;
  readonly query: Query;
  readonly read: ReadFilter;
  readonly children: ComponentChildren;
}

/** What a list is narrowed down by stands in the address: a link to it shows the same. */
export function Filter({ section, query, read, children }: FilterProps) {
  const known = useRef(JSON.stringify(query));
  const generation = useRef(0);
  const text = JSON.stringify(query);
  if (text !== known.current) {
    // It came by a link or by going back: the fields begin anew. What was sent from here leaves them, and the focus, as they are.
    known.current = text;
    generation.current += 1;
  }
  const submit = async (values: Values): Promise<void> => {
    const next = writeWhere({ section, query: read(values) });
    known.current = JSON.stringify(readWhere(next).query);
    toFragment(next);
  };
  return (
    <Form key={generation.current} submitText="筛选" onSubmit={submit}>
      <div class="filters">{children}</div>
    </Form>
  );
}

/** What of the address narrows nothing down. */
export function Unread({ of }: { readonly of: AddressFilter['unread'] }) {
  return of.length === 0 ? null : <p class="stale-line">没有按地址中的{of.join('、')}筛选：页面不认识。</p>;
}

/** One page of a list, fetched again while it is looked at. */
export function usePagedList<T>(
  name: string,
  query: Query,
  load: (query: Query, signal: AbortSignal) => Promise<Paged<T>>,
): { readonly live: Live<Paged<T>>; readonly buttons: ComponentChildren } {
  const pages = usePages();
  const key = JSON.stringify([name, query]);
  // The pages of another list are none of this one.
  useEffect(pages.reset, [key]);
  const wanted = { ...query, cursor: pages.cursor };
  const live = useLive(JSON.stringify([name, wanted]), (signal) => load(wanted, signal), EVERY_MS);
  const next = live.value?.nextCursor;
  const buttons = (
    <PageButtons label={`${name}翻页`} back={pages.back} forth={next ? () => pages.forth(next) : undefined} />
  );
  return { live, buttons };
}

/** What a list can show although it could not be had anew; the line above it says that, and of when it is. */
export function listOf<T>(live: Live<Paged<T>>): Live<readonly T[]> {
  return { ...live, value: live.value?.items, problem: undefined };
}

/** The line above a list, and the list where there is one. A route that the server does not have is no fault of anybody. */
export function Listed<T>(props: { readonly live: Live<T>; readonly children: ComponentChildren }) {
  const { live, children } = props;
  if (live.value === undefined && live.problem?.status === 404)
    return <p class="minor">服务器的这个版本没有这项功能。</p>;
  return (
    <>
      <Freshness of={live} />
      {live.value !== undefined && <div class={live.problem ? 'outdated' : undefined}>{children}</div>}
    </>
  );
}
