import { client } from '../client.ts';

/** Fetches a file and hands it to the browser to be stored. A link alone could neither ask for a password nor say why not. */
export async function saveFile(path: string, fallbackName: string): Promise<void> {
  const { content, name } = await client.file(path);
  const address = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = address;
  link.download = name ?? fallbackName;
  link.click();
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
