import type { ServerResponse } from 'node:http';
import { json } from './fake-aktools.ts';
import type { Table } from './sample-tables.ts';

export type Row = Record<string, unknown>;

/** How an upstream spells what a mutation touches. */
export interface Spelling {
  readonly date: string;
  readonly prices: readonly string[];
  readonly volume: string;
  readonly amount: string;
  /** Undefined: the upstream does not say whose bars they are. */
  readonly symbol?: string;
}

export const CHINESE: Spelling = {
  date: '日期',
  prices: ['开盘', '收盘', '最高', '最低'],
  volume: '成交量',
  amount: '成交额',
  symbol: '股票代码',
};
export const LATIN: Spelling = {
  date: 'date',
  prices: ['open', 'close', 'high', 'low'],
  volume: 'volume',
  amount: 'amount',
};

export interface Malformed {
  readonly name: string;
  /** Violations of which one must be counted; none: another failure, or nothing but rows that are refused. */
  readonly kinds: readonly string[];
  /** Writes the broken form of a good answer. */
  readonly write: (response: ServerResponse, good: Table, spelling: Spelling) => void;
}

export const text = (response: ServerResponse, body: string | Buffer, type = 'application/json'): void => {
  response.writeHead(200, { 'content-type': type }).end(body);
};

/** One row changed, at a place of its own. */
export const inRow =
  (at: number, change: (row: Row, spelling: Spelling) => unknown): Malformed['write'] =>
  (response, good, spelling) => {
    const place = Math.floor(at * good.length);
    json(
      response,
      200,
      good.map((row, index) => (index === place ? change(row, spelling) : row)),
    );
  };

export const inAll =
  (change: (row: Row, spelling: Spelling) => unknown): Malformed['write'] =>
  (response, good, spelling) =>
    json(
      response,
      200,
      good.map((row) => change(row, spelling)),
    );

export const inText =
  (change: (body: string, spelling: Spelling) => string | Buffer): Malformed['write'] =>
  (response, good, spelling) =>
    text(response, change(JSON.stringify(good), spelling));

export const scale = (row: Row, column: string, by: number): Row => ({
  ...row,
  [column]: Number(row[column]) * by,
});
export const columnsOf = ({ date, prices, volume, amount }: Spelling): readonly string[] => [
  date,
  ...prices,
  volume,
  amount,
];
export const without = (row: Row, column: string): Row =>
  Object.fromEntries(Object.entries(row).filter(([key]) => key !== column));
export const swap = (row: Row, one: string, other: string): Row => ({
  ...row,
  [one]: row[other],
  [other]: row[one],
});
export const price = ({ prices }: Spelling, at: number): string => prices[at] ?? '';
/** The text of the first value of a column, replaced. */
export const valueIn = (body: string, column: string, value: string): string =>
  body.replace(new RegExp(`("${column}":)[^,}]+`), `$1${value}`);
