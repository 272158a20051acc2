import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Allow, IsObject } from 'class-validator';
import { z } from 'zod';
import { condition, ruleDefinition, SEVERITIES, type Severity } from '../rules/definition.ts';

/** OpenAPI 3.0 knows no `const` and no `$schema`; everything else of JSON Schema that is used here it does. */
function openApiSchema(schema: z.ZodType): Record<string, unknown> {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'input' });
  return json;
}

const { shape } = ruleDefinition;
const AS_BUILT = 'of a rule of the platform unless given as it was built';
/** A time of the rules with its bounds and default; `integer` is what OpenAPI calls it. */
const secondsOf = (
  field: 'forSeconds' | 'keepFiringSeconds' | 'cooldownSeconds' | 'escalateAfterSeconds',
) => ({
  ...openApiSchema(shape[field]),
  type: 'integer' as const,
});

/** What the schema of the rules (rules/definition.ts) says of each field is judged by it; here is what documents need. */
export class RuleBody {
  @ApiProperty({ enum: SEVERITIES })
  @Allow()
  severity!: Severity;

  @ApiProperty({
    description: 'one line; knows {{value}}, {{limit}}, {{detail}} and {{labels.NAME}}',
    example: 'only {{value}} bytes are left on {{labels.mount}}',
    maxLength: 200,
  })
  @Allow()
  summary!: string;

  @ApiProperty({
    description: 'what it means and what to do; as `summary`',
    maxLength: 2_000,
    example: 'What is written there fails when nothing is left. Make room, or a larger volume.',
  })
  @Allow()
  description!: string;

  @ApiProperty({
    ...openApiSchema(condition),
    type: Object,
    example: {
      kind: 'threshold',
      metric: 'stock_analysis_filesystem_available_bytes',
      by: ['mount'],
      direction: 'below',
      limit: 2_000_000_000,
      clear: 3_000_000_000,
    },
  })
  @IsObject({ message: 'must be an object with a kind' })
  condition!: object;

  @ApiPropertyOptional({
    ...secondsOf('forSeconds'),
    description: `the condition must hold for so long; ${AS_BUILT}`,
  })
  @Allow()
  forSeconds?: number;

  @ApiPropertyOptional({
    ...secondsOf('keepFiringSeconds'),
    description: `it must be gone for so long; ${AS_BUILT}`,
  })
  @Allow()
  keepFiringSeconds?: number;

  @ApiPropertyOptional({
    ...secondsOf('cooldownSeconds'),
    description: `no second message about the same alert sooner; ${AS_BUILT}`,
  })
  @Allow()
  cooldownSeconds?: number;

  @ApiPropertyOptional({
    ...secondsOf('escalateAfterSeconds'),
    // It depends on the severity.
    default: undefined,
    description:
      'not acknowledged for so long: told again, as critical; 0: never. Unless given as monitoring.alerts.escalateMinutes says where the rule is critical, never otherwise',
  })
  @Allow()
  escalateAfterSeconds?: number;

  @ApiPropertyOptional({
    type: [String],
    maxItems: 10,
    default: [],
    example: ['DatabaseDown'],
    description: `while one of these rules fires, this one is not told; ${AS_BUILT}`,
  })
  @Allow()
  inhibitedBy?: string[];

  @ApiPropertyOptional({ default: true })
  @Allow()
  isEnabled?: boolean;
}

export class RuleItem extends RuleBody {
  @ApiProperty({ example: 'DatabaseDown' })
  name!: string;

  @ApiProperty({
    enum: ['builtin', 'changed', 'own'],
    description: 'changed: of the platform, with words of people; own: of people',
  })
  origin!: string;
}

export class WrittenRule extends RuleItem {
  @ApiProperty({
    type: [String],
    description:
      'what is likely a slip, as a metric of which nothing has been recorded; the rule was written all the same',
  })
  warnings!: string[];
}

export class RuleList {
  @ApiProperty({ type: [RuleItem] })
  items!: RuleItem[];
}
