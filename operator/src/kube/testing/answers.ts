import type { ServerResponse } from 'node:http';
import type { Json } from './fake-objects.ts';

export function sendJson(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

export function sendStatus(
  response: ServerResponse,
  code: number,
  reason: string,
  headers: Record<string, string> = {},
  more: Json = {},
): void {
  sendJson(
    response,
    code,
    {
      kind: 'Status',
      apiVersion: 'v1',
      status: 'Failure',
      code,
      reason,
      message: `scripted ${reason}`,
      ...more,
    },
    headers,
  );
}
