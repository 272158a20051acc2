import { Agent, request } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: unknown;
}

const agent = new Agent({ keepAlive: true });

/** One GET of a JSON resource. */
export function getJson(url: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    request(url, { agent, headers: { accept: 'application/json' } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        try {
          const body: unknown = JSON.parse(text);
          resolve({
            status: response.statusCode ?? 0,
            contentType: response.headers['content-type'] ?? '',
            body,
          });
        } catch {
          reject(
            new Error(
              `${url} answered ${response.statusCode} with something that is not JSON: ${text.slice(0, 200)}`,
            ),
          );
        }
      });
    })
      .once('error', reject)
      .end();
  });
}
