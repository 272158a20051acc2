export { FakeClock, settle } from '../../kube/testing/fake-clock.ts';
