/** PostgreSQL takes neither NUL nor half of a pair, which a text that was cut may end in. */
const storable = (text: string): string => text.toWellFormed().replaceAll('\0', '');

/** JSON that PostgreSQL takes whatever the texts in it are. */
export function storableJson(value: unknown): string {
  return JSON.stringify(value, (_key, one: unknown) => (typeof one === 'string' ? storable(one) : one));
}
