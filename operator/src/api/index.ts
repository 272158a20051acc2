export * from './v1alpha1/index.ts';
export { compareQuantities, parseQuantity } from './quantity.ts';
export { schemaHash, schemaHashIn, stockAnalysisCrd } from './crd.ts';
export { structuralSchema, type SchemaNode } from './structural.ts';
export { millisecondsOf } from './timestamp.ts';
