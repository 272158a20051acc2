import { ensurePackages, type Packages } from '../../hack/lib/debian-packages.ts';

/** What pages are looked at with. */
export const CHROMIUM: Packages = {
  chromium: '/usr/bin/chromium',
  'fonts-noto-cjk': '/usr/share/fonts/opentype/noto',
};

export default async function setup(): Promise<void> {
  await ensurePackages(CHROMIUM);
}
