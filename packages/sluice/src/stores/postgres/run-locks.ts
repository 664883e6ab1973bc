/**
 * The lock of a run is an advisory lock of its database with two numbers: the first is made of the name of the schema, the
 * second is the id of the run. So no two runs of a store share one. It is held by a session, and dies with it.
 */
const schemaKey = `hashtext('sluice run ' || current_schema())`

function runKey(id: string): string {
  return `(${id} & 2147483647)::integer`
}

/** Whether the lock of run `$1` is this session's now. */
export const tryLock: string = `SELECT pg_try_advisory_lock(${schemaKey}, ${runKey('$1::bigint')}) AS is_ours`

export const unlock: string = `SELECT pg_advisory_unlock(${schemaKey}, ${runKey('$1::bigint')})`

/** The process that works on a run, if that which once said so still does. */
export const holder: string = `CASE WHEN claimed_by IS NOT NULL AND EXISTS (
  SELECT FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND classid = (${schemaKey}::bigint & 4294967295)::oid AND objid = ${runKey('runs.id')}::oid
) THEN claimed_by END`
