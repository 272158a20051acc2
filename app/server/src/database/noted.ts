import { Logger } from '@nestjs/common';
import { messageOf } from '../common/configuration/errors.ts';

const logger = new Logger('Database');

/**
 * Waits for a write of what only informs, as when somebody was seen last. Who reads must not be refused because it fails: a
 * database that takes no writes for a while still answers.
 */
export async function noted(what: string, writing: Promise<unknown>): Promise<void> {
  try {
    await writing;
  } catch (error) {
    logger.debug(`${what} was not written: ${messageOf(error)}`);
  }
}
