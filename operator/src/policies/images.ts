import { managedAKTools, type PinnedImages, type StockAnalysisSpec } from '../api/index.ts';

/** Images that this operator brings. */
export interface ImageDefaults {
  readonly app: string;
  readonly postgres: string;
  readonly sampleData: string;
  readonly aktools: string;
}

type ImageKey = keyof ImageDefaults;
type Pin = NonNullable<PinnedImages[ImageKey]>;

/** Every image with its reference and where it came from. */
export type AllPinned = Readonly<Record<ImageKey, Pin>>;

const KEYS: readonly ImageKey[] = ['app', 'postgres', 'sampleData', 'aktools'];

/** Whether any pod of this spec runs it. */
function isUsed({ database, marketData }: StockAnalysisSpec, key: ImageKey): boolean {
  if (key === 'postgres') return database.mode === 'BuiltIn';
  if (key === 'sampleData') return marketData.provider === 'Sample';
  return key === 'app' || managedAKTools(marketData) !== undefined;
}

function wanted(spec: StockAnalysisSpec, key: ImageKey): string | undefined {
  if (key === 'postgres') return spec.database.builtIn?.image;
  if (key === 'sampleData') return spec.marketData.sample?.image;
  if (key === 'aktools') return managedAKTools(spec.marketData)?.image;
  const { repository, tag, digest } = spec.image;
  if (repository === undefined) return undefined;
  return digest === undefined ? `${repository}:${tag ?? ''}` : `${repository}@${digest}`;
}

/**
 * Images in use: what the spec names; else what was pinned from an operator's defaults; else the defaults of this
 * operator. So a newer operator restarts nothing, and taking an image out of the spec gives what a fresh object gets.
 * An image that nothing runs follows the operator: it is pinned once it is used.
 * `isAsked`: somebody asked for a rollout, so that the defaults of this operator take the place of pinned ones.
 */
export function pinImages(
  spec: StockAnalysisSpec,
  pinned: PinnedImages | undefined,
  defaults: ImageDefaults,
  isAsked = false,
): AllPinned {
  const pin = (key: ImageKey): Pin => {
    const named = wanted(spec, key);
    if (named !== undefined) return { reference: named, origin: 'Spec' };
    const before = pinned?.[key];
    return before?.origin === 'Operator' && !isAsked && isUsed(spec, key)
      ? before
      : { reference: defaults[key], origin: 'Operator' };
  };
  return {
    app: pin('app'),
    postgres: pin('postgres'),
    sampleData: pin('sampleData'),
    aktools: pin('aktools'),
  };
}

/** One line per image where a newer operator would restart pods. */
export function pendingImages(pinned: AllPinned, defaults: ImageDefaults): string[] {
  return KEYS.filter(
    (key) => pinned[key].origin === 'Operator' && pinned[key].reference !== defaults[key],
  ).map((key) => `image ${key}: ${pinned[key].reference} -> ${defaults[key]}`);
}
