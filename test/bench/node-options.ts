import { appEnv } from '../../operator/src/resources/app-pod.ts';
import { COMPUTE } from '../../operator/src/resources/compute.ts';

/** What Node is told in a container of the application: the operator's own words, or a figure would be of something else. */
export function nodeOptionsOf(role: 'server' | 'worker'): string {
  const given = appEnv(COMPUTE[role]).find(({ name }) => name === 'NODE_OPTIONS');
  if (given === undefined) throw new Error(`the operator gives the ${role} no NODE_OPTIONS`);
  return given.value;
}
