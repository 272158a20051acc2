export interface Answer {
  readonly status: number;
  readonly contentType: string;
  /** The parsed JSON; text that is not JSON stays text, so that the assertion on it shows what came. */
  readonly body: unknown;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** One GET of a JSON resource. */
export async function getJson(url: string): Promise<Answer> {
  const response = await fetch(url, { headers: { accept: 'application/json' } });
  return {
    status: response.status,
    contentType: response.headers.get('content-type') ?? '',
    body: parse(await response.text()),
  };
}
