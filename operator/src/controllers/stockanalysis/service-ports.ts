import type { KubeObject } from '../../kube/index.ts';
import type { Manifest } from '../../resources/index.ts';

interface ServicePort {
  readonly name?: string;
  readonly port: number;
  readonly protocol?: string;
}

/** Entries of a Service's ports, none for any other kind. */
export function portsOf(object: Manifest | KubeObject): readonly ServicePort[] {
  const spec: { ports?: readonly ServicePort[] } | null | undefined = object.spec ?? undefined;
  return object.kind === 'Service' ? (spec?.ports ?? []) : [];
}

/**
 * Whether an entry of the live Service carries the name of one of ours on another port. Server-side apply tells
 * entries apart by port and protocol: such an entry is no longer ours to change, and ours cannot be added beside it
 * because names are unique, so an apply would be refused for ever. The list has to be replaced first.
 */
export function hasStrangePort(desired: Manifest, live: KubeObject): boolean {
  return portsOf(desired).some((wanted) =>
    portsOf(live).some(
      ({ name, port, protocol }) =>
        name === wanted.name && (port !== wanted.port || (protocol ?? 'TCP') !== (wanted.protocol ?? 'TCP')),
    ),
  );
}
