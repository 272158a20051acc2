/** What of a stack says where an error comes from: files and functions, without lines, which every release moves. */
const MOST_FRAMES = 5;
const MOST_FOREIGN_FRAMES = 3;
const LONGEST_LINE = 400;

const BEGINNING = '    at ';
const PACKAGES = 'node_modules/';

interface Frame {
  readonly name: string;
  readonly file: string;
}

const isNumber = (text: string | undefined): boolean => text !== undefined && /^\d{1,9}$/.test(text);

/**
 * A line of a stack as V8 writes it: `at name (file:line:column)` or `at file:line:column`, with a word before the name of
 * an async frame or a constructor, and what it is called as after it.
 */
function frameOf(line: string): Frame | undefined {
  if (!line.startsWith(BEGINNING)) return undefined;
  const text = line
    .slice(BEGINNING.length, LONGEST_LINE)
    .replace(/^async /, '')
    .replace(/^new /, '');
  const open = text.endsWith(')') ? text.lastIndexOf('(') : 0;
  const [name = ''] = open === 0 ? [] : text.split(' ');
  const place = open === 0 ? text : text.slice(open + 1, -1);
  const [column, row, ...file] = place.replace('file://', '').split(':').toReversed();
  return isNumber(column) && isNumber(row) ? { name, file: file.toReversed().join(':') } : undefined;
}

/** The name of the package that a file is of; undefined: of none. */
function packageOf(file: string): string | undefined {
  const at = file.lastIndexOf(PACKAGES);
  if (at === -1) return undefined;
  const [first = '', second = ''] = file.slice(at + PACKAGES.length).split('/');
  return first.startsWith('@') ? `${first}/${second}` : first;
}

/** Anonymous functions are called after what they stand in, which is enough. */
const nameOf = ({ name }: Frame): string => name.replace(/\.?<anonymous>$/, '');

/**
 * The top frames of our own code, innermost first, such as `market-data/store/bars#Bars.store`; where there are none,
 * those of packages. The same for sources and what they are compiled to.
 * @param root folder of our code, with a slash at its end
 */
export function framesOf(stack: string, root: string): string[] {
  const frames = stack.split('\n').flatMap((line) => frameOf(line) ?? []);
  const own = frames
    .filter(({ file }) => file.startsWith(root))
    .map((frame) => `${frame.file.slice(root.length).replace(/\.[jt]s$/, '')}#${nameOf(frame)}`);
  if (own.length > 0) return [...new Set(own)].slice(0, MOST_FRAMES);
  const foreign = frames.flatMap((frame) => {
    const name = packageOf(frame.file);
    return name === undefined ? [] : [`${name}#${nameOf(frame)}`];
  });
  return [...new Set(foreign)].slice(0, MOST_FOREIGN_FRAMES);
}
