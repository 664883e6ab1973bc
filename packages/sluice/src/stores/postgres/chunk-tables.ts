/** Tables of shared runs. A later step, `chunkClaims`, drops the columns `job_id` and `job_attempt`. */
export const chunkTables = `
  CREATE TABLE workers (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- never given twice: counters are named after it
    host text NOT NULL,
    pid integer NOT NULL,
    concurrency integer NOT NULL,
    in_flight integer NOT NULL DEFAULT 0,
    settled bigint NOT NULL DEFAULT 0,
    is_draining boolean NOT NULL DEFAULT false,
    joined_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    left_at timestamptz
  ) WITH (fillfactor = 70);
  CREATE INDEX workers_by_sight ON workers (seen_at);

  CREATE TABLE chunks (
    run_id bigint NOT NULL,
    number integer NOT NULL,
    first_idx bigint NOT NULL,
    end_idx bigint NOT NULL,
    epoch integer NOT NULL DEFAULT 0, -- how often it was claimed: only the last to do so may settle
    worker bigint, -- which holds it; NULL while it waits
    job_id uuid, -- of the last claim
    job_attempt integer,
    is_done boolean NOT NULL DEFAULT false,
    PRIMARY KEY (run_id, number)
  ) WITH (fillfactor = 70);
  CREATE INDEX open_chunks ON chunks (run_id, number) WHERE NOT is_done;
  CREATE INDEX held_chunks ON chunks (worker) WHERE worker IS NOT NULL;
`

/** Columns for steering runs: their wishes from outside, and their priority. */
export const controlColumns = `
  ALTER TABLE runs ADD COLUMN priority integer NOT NULL DEFAULT 0; -- greater ones go first
  ALTER TABLE runs ADD COLUMN wish text; -- JSON; NULL if the run was never steered
`
