import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

export const PROBLEM_CONTENT_TYPE = 'application/problem+json';
/** As it stands in an answer; OWASP ASVS 5.0, 4.1.1 wants the encoding said. */
export const PROBLEM_MEDIA_TYPE = `${PROBLEM_CONTENT_TYPE}; charset=utf-8`;

/** The `type` of a problem: a stable name that clients may compare. */
export const problemType = (kind: string): string => `https://stockanalysis.dev/problems/${kind}`;

/** The kind of a problem that is known by its HTTP status only: `Payload Too Large` is `payload-too-large`. */
export const kindOfTitle = (title: string): string => title.toLowerCase().replaceAll(/[^a-z]+/g, '-');

export class ProblemParameter {
  @ApiProperty({ description: 'name of the query key, path part, header or body field', example: 'from' })
  parameter!: string;

  @ApiProperty({ example: 'must be a civil date YYYY-MM-DD' })
  detail!: string;
}

/** RFC 9457 problem details, the body of every answer with a status of 400 and above. */
export class Problem {
  @ApiProperty({ example: 'https://stockanalysis.dev/problems/invalid-parameter' })
  type!: string;

  @ApiProperty({ example: 'Invalid parameter' })
  title!: string;

  @ApiProperty({ example: 400 })
  status!: number;

  @ApiProperty({ example: 'from: must be a civil date YYYY-MM-DD' })
  detail!: string;

  @ApiProperty({ description: 'the X-Request-Id of the answer, also in the server log' })
  requestId!: string;

  @ApiPropertyOptional({ type: [ProblemParameter] })
  errors!: ProblemParameter[];
}
