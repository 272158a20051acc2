import { toolPath } from '../cluster/index.ts';

/** Path of Helm 4: HELM where it is set, else the program that hack/cluster builds (about 2 min cold). */
export async function helmProgram(): Promise<string> {
  return process.env['HELM'] || toolPath('helm');
}
