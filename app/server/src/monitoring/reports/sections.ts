import { Injectable, Logger } from '@nestjs/common';
import { messageOf } from '../../common/configuration/errors.ts';
import { isDatabaseAbsence } from '../../common/database-absence.ts';
import type { Sql } from '../../database/sql.ts';
import type { Section } from './model/section.ts';
import type { Period } from './period.ts';

export type { Section } from './model/section.ts';

/** What a feature knows of a period. It may ask the database; `before` is what it may compare with. */
export type GatherSection = (sql: Sql, period: Period, before: Period) => Promise<Section>;

/** Said of what no feature tells about: that it is not looked after is what the reader should know. */
const EXPECTED: readonly (readonly [name: string, title: string])[] = [
  ['backups', 'Backups'],
  ['costs', 'Costs'],
];

/** The parts of a report that are other features'; each adds its own, in server and worker alike. */
@Injectable()
export class ReportSections {
  private readonly logger = new Logger('Reports');
  readonly #sections = new Map<string, { readonly title: string; readonly gather: GatherSection }>();

  /**
   * @param name `backups` and `costs` stand in every report, also where nobody tells of them
   * @throws Error where there is a section of that name
   */
  register(name: string, title: string, gather: GatherSection): void {
    if (this.#sections.has(name)) throw new Error(`reports have a section ${name} already`);
    this.#sections.set(name, { title, gather });
  }

  /** Those that are expected last. One that fails says so, and the others are told all the same. */
  async gather(sql: Sql, period: Period, before: Period): Promise<Section[]> {
    const expected = EXPECTED.filter(([name]) => !this.#sections.has(name));
    const sections: Section[] = [];
    for (const [name, { title, gather }] of this.#sections)
      sections.push(
        await gather(sql, period, before).catch((error: unknown): Section => {
          // The report is made a minute later, and is not to say for good what was only so at this moment.
          if (isDatabaseAbsence(error)) throw error;
          this.logger.error(`the section ${name} of a report was not gathered: ${messageOf(error)}`);
          return { title, status: 'attention', summary: 'not known: it could not be read; the log says why' };
        }),
      );
    return [
      ...sections,
      ...expected.map(([, title]): Section => ({
        title,
        status: 'not-configured',
        summary: 'not configured',
      })),
    ];
  }
}
