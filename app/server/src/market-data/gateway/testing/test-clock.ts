import type { Clock } from '../../../common/clock.ts';

/** A clock that stands until it is moved. */
export class TestClock implements Clock {
  #time: number;

  constructor(start = '2024-09-19T10:00:00Z') {
    this.#time = Date.parse(start);
  }

  now(): Date {
    return new Date(this.#time);
  }

  advance(milliseconds: number): void {
    this.#time += milliseconds;
  }
}
