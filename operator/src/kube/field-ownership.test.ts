import { describe, expect, it } from 'vitest';
import { ownedPart } from './field-ownership.ts';

const MANAGER = 'me';

const object = (entries: readonly unknown[], spec: unknown) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'a', uid: '1', resourceVersion: '1', managedFields: entries },
  spec,
});

const entry = (fields: unknown, more: Record<string, string> = {}) => ({
  ...{ manager: MANAGER, operation: 'Apply', fieldsV1: { 'f:spec': fields } },
  ...more,
});

describe('ownedPart', () => {
  it('leaves out members and items of others, and takes a leaf as a whole', () => {
    const fields = {
      'f:containers': {
        'k:{"name":"server"}': {
          '.': {},
          'f:name': {},
          'f:args': {},
          'f:ports': { 'k:{"containerPort":80,"protocol":"TCP"}': { 'f:containerPort': {} } },
        },
      },
      'f:set': { 'v:"a"': {} },
      'f:gone': {},
    };
    const server = { name: 'server', args: ['x', 'y'], ports: [{ containerPort: 80, protocol: 'TCP' }] };
    const containers = [{ name: 'injected' }, { ...server, image: 'of another' }];
    const live = object([entry(fields)], { containers, set: ['a', 'b'], defaulted: true });
    expect(ownedPart(live, MANAGER)).toEqual({
      spec: {
        containers: [{ name: 'server', args: ['x', 'y'], ports: [{ containerPort: 80 }] }],
        set: ['a'],
      },
    });
  });

  it('prefers what was applied, and does not look at subresources or others', () => {
    const live = object(
      [
        entry({ 'f:replicas': {} }, { operation: 'Update', subresource: 'scale' }),
        entry({ 'f:other': {} }, { manager: 'other' }),
        entry({ 'f:created': {} }, { operation: 'Update' }),
        entry({ 'f:applied': {} }),
      ],
      { replicas: 1, other: 2, created: 3, applied: 4 },
    );
    expect(ownedPart(live, MANAGER)).toEqual({ spec: { applied: 4 } });
    expect(ownedPart(object([], {}), MANAGER)).toBeUndefined();
  });
});
