/** What is built without an application logs with Nest's own logger, which writes everything unless told otherwise. */
import { Logger } from '@nestjs/common';

Logger.overrideLogger(['log', 'warn', 'error', 'fatal']);
