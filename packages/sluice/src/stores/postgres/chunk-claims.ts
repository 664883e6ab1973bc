/**
 * Items in a range of the input that a run has left to do. Both sides of each comparison name the range, so that no
 * plan reads more of the run.
 */
const itemsLeft = (run: string, first: string, end: string): string => `
      SELECT spooled.idx, until FROM spooled
      LEFT JOIN parked ON parked.run_id = ${run} AND parked.idx = spooled.idx AND parked.idx >= ${first} AND parked.idx < ${end}
      WHERE spooled.run_id = ${run} AND spooled.idx >= ${first} AND spooled.idx < ${end} AND NOT EXISTS (
        SELECT FROM results
        WHERE results.run_id = ${run} AND results.idx = spooled.idx AND results.idx >= ${first} AND results.idx < ${end})`

/** Claims chunks in one statement. Reads only the rows that it needs: see `bounded-statements.ts`. */
export const claimChunksFunction: string = `CREATE FUNCTION claim_chunks(p_worker bigint, p_runs bigint[], p_counts integer[]) RETURNS TABLE (
    run_id bigint, number integer, first_idx bigint, end_idx bigint, epoch integer, deaths integer, items json
  ) LANGUAGE plpgsql AS $$
  #variable_conflict use_column
  DECLARE
    v_now double precision := extract(epoch FROM clock_timestamp()) * 1000;
    v_wish record;
    v_numbers integer[];
  BEGIN
    FOR v_wish IN SELECT * FROM unnest(p_runs, p_counts) AS wish (run, count) LOOP
      WITH next AS (
        SELECT number FROM chunks
        WHERE run_id = v_wish.run AND NOT is_done AND worker IS NULL AND due_at <= v_now
        ORDER BY due_at, number LIMIT v_wish.count FOR UPDATE SKIP LOCKED
      ), held AS (
        UPDATE chunks SET epoch = epoch + 1, worker = p_worker
        WHERE run_id = v_wish.run AND number = ANY (ARRAY(SELECT next.number FROM next))
        AND number >= (SELECT min(next.number) FROM next) AND number <= (SELECT max(next.number) FROM next)
        RETURNING chunks.number
      )
      SELECT array_agg(number) INTO v_numbers FROM held;
      RETURN QUERY SELECT run_id, number, first_idx, end_idx, epoch, deaths, (
          SELECT coalesce(json_agg(json_build_array(idx, request) ORDER BY idx), '[]') FROM spooled
          WHERE run_id = v_wish.run AND idx >= first_idx AND idx < end_idx
          AND NOT EXISTS (SELECT FROM results
            WHERE run_id = v_wish.run AND results.idx = spooled.idx AND results.idx >= first_idx AND results.idx < end_idx)
          AND NOT EXISTS (SELECT FROM parked
            WHERE run_id = v_wish.run AND parked.idx = spooled.idx AND parked.idx >= first_idx AND parked.idx < end_idx
            AND until > v_now))
        FROM chunks WHERE run_id = v_wish.run AND number = ANY (v_numbers) AND number >= (SELECT min(one) FROM unnest(v_numbers) AS one)
          AND number <= (SELECT max(one) FROM unnest(v_numbers) AS one) ORDER BY due_at, number;
    END LOOP;
  END $$;`

/** Condition: the server has run for twice the silence after which workers count as dead: they could not report before. */
const hasRunSince = "pg_postmaster_start_time() < clock_timestamp() - 2 * p_silence * interval '1 millisecond'"

/** Function that releases the chunks of lost workers while `hasRun` is true. */
export function takeOverFunction(hasRun: string): string {
  return `CREATE FUNCTION take_over(p_silence double precision) RETURNS integer LANGUAGE plpgsql AS $$
  DECLARE
    v_now double precision := extract(epoch FROM clock_timestamp()) * 1000;
    v_one record;
    v_left bigint[];
    v_due double precision;
    v_deaths integer;
    v_starts bigint[];
    v_count integer := 0;
  BEGIN
    IF NOT EXISTS (SELECT FROM chunks JOIN workers ON workers.id = chunks.worker
      WHERE NOT is_done AND (left_at IS NOT NULL OR seen_at < clock_timestamp() - p_silence * interval '1 millisecond'))
    THEN RETURN 0; END IF;
    IF NOT pg_try_advisory_xact_lock(hashtextextended(current_schema() || ' take over', 0)) THEN RETURN 0; END IF;
    FOR v_one IN
      SELECT chunks.*, left_at IS NULL AS has_died FROM chunks JOIN workers ON workers.id = chunks.worker
      WHERE NOT is_done AND (left_at IS NOT NULL OR seen_at < clock_timestamp() - p_silence * interval '1 millisecond')
      AND ${hasRun}
      ORDER BY run_id, number LIMIT 1000 FOR UPDATE OF chunks
    LOOP
      SELECT coalesce(array_agg(idx ORDER BY idx), '{}'), CASE WHEN count(*) = count(until) THEN min(until) END
        INTO v_left, v_due FROM (${itemsLeft('v_one.run_id', 'v_one.first_idx', 'v_one.end_idx')}) AS rest;
      v_deaths := v_one.deaths + v_one.has_died::integer;
      v_starts := CASE WHEN NOT v_one.has_died OR cardinality(v_left) < 2 THEN '{}'
        WHEN v_deaths > 1 THEN v_left[2:]
        ELSE v_left[cardinality(v_left) / 2 + 1 : cardinality(v_left) / 2 + 1] END;
      UPDATE chunks SET worker = NULL, is_done = cardinality(v_left) = 0, deaths = v_deaths,
        due_at = coalesce(v_due, CASE WHEN v_one.has_died THEN v_now ELSE 0 END), end_idx = coalesce(v_starts[1], end_idx)
        WHERE run_id = v_one.run_id AND number = v_one.number;
      INSERT INTO chunks (run_id, number, first_idx, end_idx, due_at, deaths)
        SELECT v_one.run_id, (SELECT least(min(number), 0) FROM chunks WHERE run_id = v_one.run_id) - place,
          start, coalesce(lead(start) OVER (ORDER BY place), v_one.end_idx), coalesce(v_due, v_now), v_deaths
        FROM unnest(v_starts) WITH ORDINALITY AS part (start, place);
      v_count := v_count + 1;
    END LOOP;
    RETURN v_count;
  END $$;`
}

/**
 * Chunks are claimed in this table itself, for all runs of a worker in one statement. It is a function because each of
 * its statements sees what was committed before that statement started: items are read after their chunks are claimed.
 */
export const chunkClaims: string = `
  -- When a waiting chunk may be claimed, in milliseconds since the epoch; those that were never put back come first.
  ALTER TABLE chunks ADD COLUMN due_at double precision NOT NULL DEFAULT 0;
  -- How many workers have died with it.
  ALTER TABLE chunks ADD COLUMN deaths integer NOT NULL DEFAULT 0;
  ALTER TABLE chunks DROP COLUMN job_id, DROP COLUMN job_attempt;
  CREATE INDEX waiting_chunks ON chunks (run_id, due_at, number) WHERE NOT is_done AND worker IS NULL;

  ${claimChunksFunction}

  -- Takes chunks out of the hands that held them in these epochs. The results say which are done, whatever their worker
  -- believes; those of which all is parked wait for the first date.
  CREATE FUNCTION let_go(p_runs bigint[], p_numbers integer[], p_epochs integer[]) RETURNS void LANGUAGE plpgsql AS $$
  DECLARE
    v_one record;
  BEGIN
    FOR v_one IN
      SELECT chunks.* FROM chunks JOIN unnest(p_runs, p_numbers, p_epochs) AS mine (run_id, number, epoch)
        ON chunks.run_id = mine.run_id AND chunks.number = mine.number AND chunks.epoch = mine.epoch
      WHERE worker IS NOT NULL ORDER BY chunks.run_id, chunks.number FOR UPDATE OF chunks
    LOOP
      UPDATE chunks SET worker = NULL, (is_done, due_at) = (
        SELECT count(*) = 0, CASE WHEN count(*) = count(until) THEN coalesce(min(until), 0) ELSE 0 END
        FROM (${itemsLeft('v_one.run_id', 'v_one.first_idx', 'v_one.end_idx')}) AS rest)
      WHERE run_id = v_one.run_id AND number = v_one.number;
    END LOOP;
  END $$;

  -- Takes chunks out of the hands of workers that have left, or were not heard of for so many milliseconds. One whose worker
  -- has died is parted: into halves, and the next time into single items, so that what kills workers is found. What it is
  -- parted into has negative numbers.
  ${takeOverFunction(hasRunSince)}
`
