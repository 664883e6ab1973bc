/** Key of the advisory lock that commits of workers share, and that requeueing failures of a run takes exclusively. */
export const requeueLock = (run: string): string => `hashtextextended(current_schema() || ' requeue ' || ${run}, 0)`

/**
 * Function by which a worker commits results of chunks that it holds. Returns the chunks that it no longer holds;
 * nothing is stored for their items. A worker that takes over a chunk waits until commits for it in progress have
 * ended.
 */
export const heldCommits: string = `
  CREATE OR REPLACE FUNCTION commit_held(
    p_run bigint, p_worker bigint, p_numbers integer[], p_epochs integer[], p_commit text, p_results json, p_bodies bytea,
    p_parked json, p_spooled json, p_sends json, p_elapsed double precision, p_at double precision
  ) RETURNS integer[] LANGUAGE plpgsql AS $$
  DECLARE
    v_held integer[];
  BEGIN
    -- No failure is put back meanwhile: it would be parked where this statement no longer sees it.
    PERFORM pg_advisory_xact_lock_shared(${requeueLock('p_run')});
    -- Deleting what a removed run holds waits until this is through.
    PERFORM FROM runs WHERE id = p_run AND NOT is_removed FOR KEY SHARE;
    IF NOT FOUND THEN RETURN p_numbers; END IF;
    SELECT coalesce(array_agg(number), '{}') INTO v_held FROM (
      SELECT chunks.number FROM chunks
      JOIN unnest(p_numbers, p_epochs) AS mine (number, epoch)
        ON chunks.number = mine.number AND chunks.epoch = mine.epoch
      WHERE run_id = p_run ORDER BY chunks.number FOR SHARE OF chunks
    ) AS held;
    -- What a chunk was parted into after a death is another's.
    IF cardinality(v_held) < cardinality(p_numbers)
      OR EXISTS (SELECT FROM chunks WHERE run_id = p_run AND number = ANY (v_held) AND deaths > 0)
    THEN
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
