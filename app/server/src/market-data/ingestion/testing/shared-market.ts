/** The market that several workers load at once: long enough to be killed in the middle of it. */
export const SHARED_MARKET = { symbols: 60, bars: 250 };
