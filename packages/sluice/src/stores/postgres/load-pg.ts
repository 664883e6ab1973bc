import { StoreError } from '../errors.ts'

/** The library that speaks with PostgreSQL. */
export type Pg = typeof import('pg')

/** Loads it when the first store is opened, and not before. It need not be installed by those who use no such store. */
export async function loadPg(): Promise<Pg> {
  try {
    return (await import('pg')).default as unknown as Pg
  } catch (reason) {
    throw new StoreError(
      'SLUICE_STORE_DRIVER',
      'the store on PostgreSQL needs the package pg, which cannot be loaded here; npm install pg@8.23.1',
      reason,
    )
  }
}
