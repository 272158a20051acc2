import 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /**
     * A running PostgreSQL with the roles of the platform (test/app-db/global-setup.ts): URLs of its three accounts
     * without the name of a database, ending in a slash.
     */
    postgres: { readonly admin: string; readonly migrator: string; readonly application: string };
  }
}
