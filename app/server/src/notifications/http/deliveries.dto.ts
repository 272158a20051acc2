import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, Matches } from 'class-validator';
import { Optional } from '../../common/optional.ts';
import { OptionalCursor, OptionalLimit } from '../../common/paging.ts';

export const CHANNEL_NAMES = ['email', 'webhook'] as const;
export const DELIVERY_STATES = ['queued', 'sent', 'failed', 'dead', 'superseded'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** Which channel. */
export class ChannelPath {
  @ApiProperty({ enum: CHANNEL_NAMES })
  @IsIn(CHANNEL_NAMES, { message: `must be one of ${CHANNEL_NAMES.join(', ')}` })
  name!: (typeof CHANNEL_NAMES)[number];
}

export class DeliveriesQuery {
  @ApiPropertyOptional({ enum: CHANNEL_NAMES })
  @Optional()
  @IsIn(CHANNEL_NAMES, { message: `must be one of ${CHANNEL_NAMES.join(', ')}` })
  channel?: string;

  @ApiPropertyOptional({ enum: DELIVERY_STATES })
  @Optional()
  @IsIn(DELIVERY_STATES, { message: `must be one of ${DELIVERY_STATES.join(', ')}` })
  state?: DeliveryState;

  @ApiPropertyOptional({ description: 'what it is about, as `subject` of a delivery says', maxLength: 200 })
  @Optional()
  @Matches(/^[^\p{Cc}]{1,200}$/u, { message: 'must be 1 to 200 characters, and no control characters' })
  subject?: string;

  @OptionalCursor(32)
  cursor?: string;

  @OptionalLimit({ maximum: 200, default: 50 })
  limit: number = 50;
}

export class DeliveryAttempt {
  @ApiProperty({ format: 'date-time', description: 'when it began' })
  at!: string;

  @ApiProperty({ enum: ['sent', 'failed', 'dead'], description: 'dead: given up after it' })
  outcome!: 'sent' | 'failed' | 'dead';

  @ApiPropertyOptional({ description: 'as the other side answered', example: '250' })
  code?: string;

  @ApiPropertyOptional({ description: 'what went wrong, or a remark of the other side; without secrets' })
  error?: string;

  @ApiProperty()
  milliseconds!: number;
}

export class Delivery {
  @ApiProperty({ format: 'uuid' })
  id!: string;

  @ApiProperty({ enum: CHANNEL_NAMES })
  channel!: string;

  @ApiProperty({
    enum: DELIVERY_STATES,
    description:
      'queued: gathers others of its group, or waits, also for room while `perTenMinutes` messages went over the channel in ten minutes; failed: is tried again; dead: was given up; superseded: not told, for a later one about the same alert is',
  })
  state!: DeliveryState;

  @ApiProperty({ description: 'what it is about' })
  subject!: string;

  @ApiProperty({ description: 'what happened to it', example: 'firing' })
  transition!: string;

  @ApiProperty({ description: 'in one line' })
  title!: string;

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt!: Date;

  @ApiProperty({
    type: String,
    format: 'uuid',
    nullable: true,
    description:
      'the message that it is a part of, of which several may be: in the Message-ID of the mail, `webhook-id` of the webhook',
  })
  messageId!: string | null;

  @ApiProperty({ type: [DeliveryAttempt], description: 'of the message, oldest first' })
  attempts!: readonly DeliveryAttempt[];

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'when it is tried next; null: it is over, or not yet part of a message',
  })
  nextAttemptAt!: Date | null;
}

export class DeliveryPage {
  @ApiProperty({ type: [Delivery], description: 'the newest first' })
  items!: Delivery[];

  @ApiProperty({
    type: String,
    nullable: true,
    description: '`cursor` of the next page; null: this is the last',
  })
  nextCursor!: string | null;
}
