/** Sequences of changes of one object, each of which must end where a fresh object of the same spec ends. */
import { properties, type Property } from './properties.ts';
import { withValue, type Spec } from './spec.ts';

export type Step =
  /** Carried out; then the state is that of a fresh object. */
  | { readonly kind: 'reach'; readonly spec: Spec }
  /** Accepted, and cannot be carried out: Ready says why. What follows takes it back. */
  | { readonly kind: 'futile'; readonly spec: Spec; readonly reason: string }
  /** Everything stops; what follows starts it again. */
  | { readonly kind: 'suspend'; readonly spec: Spec }
  /** Refused by the API server, and nothing changes. */
  | { readonly kind: 'refuse'; readonly spec: Spec };

export interface Chain {
  readonly name: string;
  readonly from: Spec;
  readonly steps: readonly Step[];
}

const BASE: Spec = {};
const reach = (spec: Spec): Step => ({ kind: 'reach', spec });

/** Each value after the other, away, and on again; every bad value taken back. */
function chainOf(property: Property): Chain {
  const { path, values, refused, futile } = property;
  const at = (value: unknown): Spec => withValue(BASE, path, value);
  const [first] = values;
  const there = values.map((value): Step => reach(at(value)));
  const onAndOff = property.isOneWay ? [] : [reach(BASE), reach(at(first)), reach(BASE)];
  const bad = futile.flatMap(({ value, reason }): Step[] => [
    { kind: 'futile', spec: at(value), reason },
    reach(BASE),
  ]);
  const refusals = refused.map((value): Step => ({ kind: 'refuse', spec: at(value) }));
  return { name: path, from: BASE, steps: [...there, ...onAndOff, ...bad, ...refusals] };
}

/** Suspended objects are compared when they run again: a fresh one that is suspended has never made anything. */
function suspendChain(): Chain {
  const suspend = (spec: Spec): Step => ({ kind: 'suspend', spec: withValue(spec, 'suspend', true) });
  const changed = withValue(BASE, 'server.replicas', 3);
  return {
    name: 'suspend',
    from: BASE,
    steps: [
      suspend(BASE),
      reach(BASE),
      suspend(changed),
      reach(changed),
      suspend(changed),
      reach(BASE),
      { kind: 'refuse', spec: { suspend: 'yes' } },
    ],
  };
}

/** Walks over specs that set several properties at once. */
function walk(number: number, length: number, random: () => number): Chain {
  const settable = properties().filter(({ path, isOneWay }) => path !== 'suspend' && !isOneWay);
  const pick = <T>(items: readonly T[]): T | undefined => items[Math.floor(random() * items.length)];
  const somewhere = (): Spec =>
    settable
      .filter(() => random() < 0.25)
      .reduce<Spec>((spec, { path, values }) => withValue(spec, path, modest(path, pick(values))), BASE);
  const steps = Array.from({ length }, () => reach(somewhere()));
  return { name: `walk ${number}`, from: somewhere(), steps };
}

/** The largest numbers of replicas are tried once, in the chain of their property. */
function modest(path: string, value: unknown): unknown {
  return path.endsWith('.replicas') && typeof value === 'number' ? Math.min(value, 3) : value;
}

export function allChains(random: () => number, walks: { number: number; length: number }): Chain[] {
  const single = properties()
    .filter(({ path }) => path !== 'suspend')
    .map(chainOf);
  const long = Array.from({ length: walks.number }, (_, index) => walk(index + 1, walks.length, random));
  return [...single, suspendChain(), ...long];
}
