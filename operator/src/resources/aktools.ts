import { managedAKTools } from '../api/index.ts';
import { PORT, aktoolsName, selectorOf } from '../naming/index.ts';
import { ROLLING_UPDATE } from './app-pod.ts';
import { COMPUTE, computeOf } from './compute.ts';
import { ownedMetadata, type Manifest, type Target } from './manifest.ts';
import { container, podTemplate, scratchVolume, type EnvVar } from './pod.ts';

/** Where the workers find AKTools, whoever runs it; undefined where the spec asks for none. */
export function aktoolsURL({ name, spec: { marketData } }: Target): string | undefined {
  if (managedAKTools(marketData)) return `http://${aktoolsName(name)}:${PORT.aktools}`;
  return marketData.provider === 'AKTools' ? marketData.aktools?.url : undefined;
}

/** Without VERCEL=1 AKTools keeps its log in the working directory, and ends at once where that is read-only. */
const ENVIRONMENT: readonly EnvVar[] = [
  { name: 'VERCEL', value: '1' },
  { name: 'HOME', value: '/nonexistent' },
  { name: 'TMPDIR', value: '/tmp' },
  { name: 'PYTHONDONTWRITEBYTECODE', value: '1' },
  { name: 'PYTHONUNBUFFERED', value: '1' },
];

/** In AKTools' own words a function that does not exist: answered by a worker thread, with AkShare loaded, asking nobody. */
const ASK_FOR_NOTHING = [
  'import socket, sys',
  `server = socket.create_connection(("127.0.0.1", ${PORT.aktools}), 3)`,
  String.raw`server.sendall(b"GET /api/public/_probe_ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")`,
  'answer = b"".join(iter(lambda: server.recv(4096), b""))',
  'sys.exit(not (b" 404 " in answer[:16] and b\'{"error":\' in answer))',
  '',
].join('\n');

const eventLoop = { httpGet: { path: '/openapi.json', port: 'http', scheme: 'HTTP' } };

/**
 * Its `/version` is no probe: that asks a package index and blocks the whole server meanwhile. Ready is who answers 404
 * with an error of AKTools' own, which no httpGet probe takes for a success; hence a program, of which Python needs a few
 * hundredths of a second.
 */
const PROBES = {
  startupProbe: { ...eventLoop, periodSeconds: 1, timeoutSeconds: 3, failureThreshold: 120 },
  livenessProbe: { ...eventLoop, periodSeconds: 20, timeoutSeconds: 5, failureThreshold: 3 },
  readinessProbe: {
    // Without the user's and the site's modules: half the time to start.
    exec: { command: ['python3', '-I', '-S', '-c', ASK_FOR_NOTHING] },
    periodSeconds: 10,
    timeoutSeconds: 5,
    failureThreshold: 3,
  },
} as const;

/**
 * One AKTools server. It keeps nothing, so a second one would help nobody: the sources count the requests of the whole
 * platform. The command is named here, so that any image with AKTools will do.
 */
export function aktoolsDeployment(target: Target): Manifest {
  const settings = managedAKTools(target.spec.marketData);
  const selector = selectorOf(target.name, 'aktools');
  // Its log turns over at midnight and seven are kept; a volume that is full has the pod replaced.
  const scratch = scratchVolume('tmp', '/tmp', '256Mi');
  const main = container(target, {
    name: 'aktools',
    image: target.images.aktools,
    // Not the program `aktools`: it starts this one as a child, which it leaves behind when it is told to end.
    command: ['uvicorn', 'aktools.main:app'],
    args: [
      '--host',
      '0.0.0.0',
      '--port',
      `${PORT.aktools}`,
      '--no-access-log',
      '--timeout-graceful-shutdown',
      '10',
    ],
    env: ENVIRONMENT,
    ports: [{ name: 'http', containerPort: PORT.aktools, protocol: 'TCP' }],
    ...PROBES,
    lifecycle: { preStop: { sleep: { seconds: 3 } } },
    resources: computeOf(settings?.resources, COMPUTE.aktools),
    mounts: [scratch.mount],
  });
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: ownedMetadata(target, aktoolsName(target.name), 'aktools'),
    spec: {
      replicas: 1,
      revisionHistoryLimit: 2,
      progressDeadlineSeconds: 600,
      strategy: ROLLING_UPDATE,
      selector: { matchLabels: selector },
      template: podTemplate(target, {
        component: 'aktools',
        serviceAccount: aktoolsName(target.name),
        // A call that waits for a source outlives the ten seconds above in a thread that nothing interrupts.
        terminationGracePeriodSeconds: 20,
        containers: [main],
        volumes: [scratch.volume],
      }),
    },
  };
}

/** For the workers of this object; the network policy lets nobody else in. */
export function aktoolsService(target: Target): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: ownedMetadata(target, aktoolsName(target.name), 'aktools'),
    spec: {
      type: 'ClusterIP',
      selector: selectorOf(target.name, 'aktools'),
      ports: [{ name: 'http', port: PORT.aktools, targetPort: 'http', protocol: 'TCP' }],
    },
  };
}
