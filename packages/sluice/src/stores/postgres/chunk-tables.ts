/** Tables of shared runs. The queue has a schema of its own. */
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

  -- Keeps what a worker has settled of chunks that it holds, and answers which of them it does not hold any more: of their
  -- items nothing is kept. A worker that takes a chunk over waits until a commit of it is through.
  CREATE FUNCTION commit_held(
    p_run bigint, p_worker bigint, p_numbers integer[], p_epochs integer[], p_commit text, p_results json, p_bodies bytea,
    p_parked json, p_spooled json, p_sends json, p_elapsed double precision, p_at double precision
  ) RETURNS integer[] LANGUAGE plpgsql AS $$
  DECLARE
    v_held integer[];
  BEGIN
    -- Deleting what a removed run holds waits until this is through.
    PERFORM FROM runs WHERE id = p_run AND NOT is_removed FOR KEY SHARE;
    IF NOT FOUND THEN RETURN p_numbers; END IF;
    SELECT coalesce(array_agg(number), '{}') INTO v_held FROM (
      SELECT chunks.number FROM chunks
      JOIN unnest(p_numbers, p_epochs) AS mine (number, epoch)
        ON chunks.number = mine.number AND chunks.epoch = mine.epoch
      WHERE run_id = p_run ORDER BY chunks.number FOR SHARE OF chunks
    ) AS held;
    IF cardinality(v_held) < cardinality(p_numbers) THEN
      p_results := (
        SELECT json_agg(one) FROM json_array_elements(p_results) AS one WHERE EXISTS (
          SELECT FROM chunks WHERE run_id = p_run AND number = ANY (v_held)
          AND (one ->> 'idx')::bigint >= first_idx AND (one ->> 'idx')::bigint < end_idx));
      p_parked := (
        SELECT json_agg(one) FROM json_array_elements(p_parked) AS one WHERE EXISTS (
          SELECT FROM chunks WHERE run_id = p_run AND number = ANY (v_held)
          AND (one ->> 'idx')::bigint >= first_idx AND (one ->> 'idx')::bigint < end_idx));
    END IF;
    PERFORM keep_group(
      p_run, p_worker, p_commit, p_results, p_bodies, p_parked, p_spooled, p_sends, p_elapsed, p_at);
    RETURN ARRAY(SELECT unnest(p_numbers) EXCEPT SELECT unnest(v_held));
  END $$;
`
