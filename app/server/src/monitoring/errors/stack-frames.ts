/** What of a stack says where an error comes from: files and functions, without lines, which every release moves. */
const MOST_FRAMES = 5;
const MOST_FOREIGN_FRAMES = 3;
const LONGEST_LINE = 400;

/** A line of a stack as V8 writes it; async frames and constructors have a word before the name. */
const FRAME = /^ {4}at (?:async )?(?:new )?(?:([^\s(]{1,200})[^(]{0,100} \()?([^\s()]{1,300}):\d+:\d+\)?$/;
const PACKAGE = /node_modules\/((?:@[\w.-]{1,100}\/)?[\w.-]{1,100})\/[^\s]{0,300}$/;

interface Frame {
  readonly name: string;
  readonly file: string;
}

function frameOf(line: string): Frame | undefined {
  const [, name = '', place = ''] = FRAME.exec(line.slice(0, LONGEST_LINE)) ?? [];
  return place === '' ? undefined : { name, file: place.replace('file://', '') };
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
    const [, name] = PACKAGE.exec(frame.file) ?? [];
    return name === undefined ? [] : [`${name}#${nameOf(frame)}`];
  });
  return [...new Set(foreign)].slice(0, MOST_FOREIGN_FRAMES);
}
