export * from './constants.ts';
export * from './hash.ts';
export * from './labels.ts';
export * from './names.ts';
export * from './reasons.ts';
