/** A timestamp of the API server (RFC 3339) in milliseconds since the epoch; NaN where there is none. Reads no clock. */
export const millisecondsOf = (timestamp: string | undefined): number => Date.parse(timestamp ?? '');
