import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Allow, IsObject } from 'class-validator';
import { z } from 'zod';
import { condition, SEVERITIES, type Severity } from '../rules/definition.ts';

/** OpenAPI 3.0 knows no `const` and no `$schema`; everything else of JSON Schema that is used here it does. */
function openApiSchema(schema: z.ZodType): Record<string, unknown> {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'input' });
  return json;
}

/** What the schema of the rules (rules/definition.ts) says of each field is judged by it; here is what documents need. */
export class RuleBody {
  @ApiProperty({ enum: SEVERITIES })
  @Allow()
  severity!: Severity;

  @ApiProperty({
    description: 'one line; knows {{value}}, {{limit}}, {{detail}} and {{labels.NAME}}',
    maxLength: 200,
  })
  @Allow()
  summary!: string;

  @ApiProperty({ description: 'what it means and what to do; as `summary`', maxLength: 2_000 })
  @Allow()
  description!: string;

  @ApiProperty({
    ...openApiSchema(condition),
    type: Object,
    example: { kind: 'threshold', metric: 'stock_analysis_filesystem_available_ratio', limit: 0.1 },
  })
  @IsObject({ message: 'must be an object with a kind' })
  condition!: object;

  @ApiPropertyOptional({ default: 60, description: 'the condition must hold for so long' })
  @Allow()
  forSeconds?: number;

  @ApiPropertyOptional({ default: 120, description: 'it must be gone for so long' })
  @Allow()
  keepFiringSeconds?: number;

  @ApiPropertyOptional({ default: 900, description: 'no second message about the same alert sooner' })
  @Allow()
  cooldownSeconds?: number;

  @ApiPropertyOptional({
    default: 0,
    description: 'not acknowledged for so long: told again, as critical; 0: never',
  })
  @Allow()
  escalateAfterSeconds?: number;

  @ApiPropertyOptional({
    type: [String],
    description: 'while one of these rules fires, this one is not told',
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

export class RuleList {
  @ApiProperty({ type: [RuleItem] })
  items!: RuleItem[];
}
