/** Sequences of changes of one object, each of which must end where a fresh object of the same spec ends. */
import { externalDatabase } from '../support/external-database.ts';
import { externalSecret, properties, type Property } from './properties.ts';
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

/** Objects with a database of their own, and with one of somebody else: neither becomes the other. */
const BUILT_IN: Spec = {};
const EXTERNAL: Spec = { database: externalDatabase() };
/** Members of `aktools` do something here alone. */
const AKTOOLS: Spec = { marketData: { provider: 'AKTools' } };
const reach = (spec: Spec): Step => ({ kind: 'reach', spec });

/** Each value after the other, away, and on again; every bad value taken back. */
function chainOf(property: Property, base = BUILT_IN, name = property.path): Chain {
  const { path, values, refused, futile } = property;
  const at = (value: unknown): Spec => withValue(base, path, value);
  const [first] = values;
  const there = values.map((value): Step => reach(at(value)));
  const onAndOff = property.isOneWay ? [] : [reach(base), reach(at(first)), reach(base)];
  const bad = futile.flatMap(({ value, reason }): Step[] => [
    { kind: 'futile', spec: at(value), reason },
    reach(base),
  ]);
  const refusals = refused.map((value): Step => ({ kind: 'refuse', spec: at(value) }));
  return { name, from: base, steps: [...there, ...onAndOff, ...bad, ...refusals] };
}

/** Suspended objects are compared when they run again: a fresh one that is suspended has never made anything. */
function suspendChain(): Chain {
  const suspend = (spec: Spec): Step => ({ kind: 'suspend', spec: withValue(spec, 'suspend', true) });
  const changed = withValue(BUILT_IN, 'server.replicas', 3);
  return {
    name: 'suspend',
    from: BUILT_IN,
    steps: [
      suspend(BUILT_IN),
      reach(BUILT_IN),
      suspend(changed),
      reach(changed),
      suspend(changed),
      reach(BUILT_IN),
      { kind: 'refuse', spec: { suspend: 'yes' } },
    ],
  };
}

/** Walks over specs that set several properties at once. */
function walk(name: string, length: number, random: () => number, base = BUILT_IN): Chain {
  const settable = properties().filter(
    ({ path, isOneWay }) =>
      path !== 'suspend' && !isOneWay && (base === BUILT_IN || !path.startsWith('database.builtIn')),
  );
  const pick = <T>(items: readonly T[]): T | undefined => items[Math.floor(random() * items.length)];
  const somewhere = (): Spec =>
    settable
      .filter(() => random() < 0.25)
      .reduce<Spec>((spec, { path, values }) => withValue(spec, path, modest(path, pick(values))), base);
  const steps = Array.from({ length }, () => reach(somewhere()));
  return { name, from: somewhere(), steps };
}

/** The largest numbers of replicas are tried once, in the chain of their property. */
function modest(path: string, value: unknown): unknown {
  return path.endsWith('.replicas') && typeof value === 'number' ? Math.min(value, 3) : value;
}

export function allChains(random: () => number, walks: { number: number; length: number }): Chain[] {
  const single = properties()
    .filter(({ path }) => path !== 'suspend')
    .map((property) => chainOf(property));
  const long = Array.from({ length: walks.number }, (_, index) =>
    walk(`walk ${index + 1}`, walks.length, random),
  );
  const external = [
    chainOf(externalSecret, EXTERNAL),
    walk('walk, External', walks.length, random, EXTERNAL),
  ];
  const aktools = properties()
    .filter(({ path }) => path === 'marketData.aktools')
    .map((property) => chainOf(property, AKTOOLS, `${property.path}, AKTools`));
  return [...single, suspendChain(), ...aktools, ...long, ...external];
}
