import type { Transition } from './telling.ts';

/** What a message of an alert is about, as deliveries name it. */
export const subjectOf = (alertId: string): string => `alert ${alertId}`;

/** @param number of the message about the alert, so that none is delivered twice */
export const transitionOf = (number: number, transition: Transition): string => `${number} ${transition}`;
