import { testShard } from './matrix.ts';

testShard(1);
