import type { ComponentView } from './component.ts';

/** States of the components of all processes, each component once, by its worst current state. */
export interface ComponentSource {
  components(): Promise<readonly ComponentView[]>;
  /** Whether the database answers this process, from memory. */
  database(): ComponentView;
}

export const COMPONENT_SOURCE = Symbol('ComponentSource');
