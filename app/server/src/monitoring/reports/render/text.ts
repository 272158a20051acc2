import type { Block, Page, Table } from '../page/page.ts';

/** A row is a line of `title: value`, for columns that line up in no mail program are worse than none. */
function tableText({ columns, rows }: Table): string {
  return rows
    .map(([first, ...rest]) =>
      [
        `- ${first?.text ?? ''}`,
        ...rest.map(({ text }, index) => `${columns[index + 1]?.title.toLowerCase() ?? ''} ${text}`),
      ].join(', '),
    )
    .join('\n');
}

function blockText(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `${block.text}\n${'-'.repeat(block.text.length)}`;
    case 'paragraph':
      return block.text;
    case 'figures':
      return block.figures
        .map(({ label, value, note }) => `${label}: ${value}${note === undefined ? '' : ` (${note})`}`)
        .join('\n');
    case 'chart':
      return `${block.title}: ${block.summary}`;
    case 'table':
      break;
  }
  return tableText(block);
}

/** For mail programs without HTML, and for webhooks. */
export function textOf({ title, subtitle, verdict, blocks }: Page): string {
  const others = verdict.others.map((other) => `- ${other}`).join('\n');
  return [verdict.title, others, `${title}\n${subtitle}`, ...blocks.map(blockText)]
    .filter((part) => part !== '')
    .join('\n\n');
}
