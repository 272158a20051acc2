import { z } from 'zod';
import { describe } from './common.ts';

/** How much the application writes to its log. */
export const loggingSchema = z
  .object({
    level: z
      .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal'])
      .meta(
        describe(
          'From which severity on server, worker and migrate log; a change restarts them. For a while and without a restart: PUT /monitoring/log-level.',
        ),
      )
      .optional(),
  })
  .meta(describe('How much the application writes to its log; absent: from info on.'));
