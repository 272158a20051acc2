export { bootstrapDatabase, type BootstrapResult } from './bootstrap.ts';
export { createServerCertificate, expiryOf, serviceNames } from './certificates.ts';
export { DatabaseError } from './connection.ts';
