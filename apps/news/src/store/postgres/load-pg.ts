import type pg from 'pg'

/** The driver. Only who has a database of this kind loads it. */
export async function loadPg(): Promise<typeof pg> {
  return (await import('pg')).default
}
