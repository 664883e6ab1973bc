import { maxMessages, otherMessages } from '../stored-run.ts'

/** Writes a group and counts the rows written. Reads only the rows that it needs: see `bounded-statements.ts`. */
export const keepGroup: string = `CREATE FUNCTION keep_group(
    p_run bigint, p_shard bigint, p_commit text, p_results json, p_bodies bytea, p_parked json, p_spooled json,
    p_sends json, p_elapsed double precision, p_at double precision
  ) RETURNS void LANGUAGE plpgsql AS $$
  DECLARE
    v_succeeded bigint := 0;
    v_failed bigint := 0;
    v_requests bigint := 0;
    v_throttled bigint := 0;
    v_parked bigint := 0;
    v_newly_parked bigint := 0;
    v_errors json;
  BEGIN
    PERFORM 1 FROM run_counts WHERE run_id = p_run AND shard = p_shard AND last_commit = p_commit FOR UPDATE;
    IF FOUND THEN RETURN; END IF;

    IF p_results IS NOT NULL THEN
      WITH given AS MATERIALIZED (
        SELECT * FROM json_to_recordset(p_results) AS one (
          idx bigint, id text, url text, method text, ok boolean, status integer, error_code text, error_message text,
          error_retry_at double precision, attempts integer, requests integer, throttled integer, attempt_ms text,
          timing text, headers text, meta text, settled_at double precision, body_kind text, body_coding text,
          body_length bigint, body_from integer, body_bytes integer, buckets integer[])
      ), kept AS (
        INSERT INTO results (
          run_id, idx, id, url, method, ok, status, error_code, error_message, error_retry_at, attempts, requests,
          throttled, attempt_ms, timing, headers, meta, settled_at, body_kind, body_coding, body_length, body)
        SELECT p_run, idx, id, url, method, ok, status, error_code, error_message, error_retry_at, attempts, requests,
          throttled, attempt_ms, timing, headers, meta, settled_at, body_kind, body_coding, body_length,
          substring(p_bodies FROM body_from FOR body_bytes)
        FROM given ORDER BY idx
        ON CONFLICT DO NOTHING
        RETURNING idx, id, ok, status, error_code, error_message, requests, throttled
      ), unparked AS (
        DELETE FROM parked WHERE run_id = p_run AND idx = ANY (ARRAY(SELECT kept.idx FROM kept))
        AND idx >= (SELECT min(kept.idx) FROM kept) AND idx <= (SELECT max(kept.idx) FROM kept) RETURNING 1
      ), endings AS (
        INSERT INTO ending_tallies AS tally (run_id, shard, ending, count)
        SELECT p_run, p_shard, coalesce(status::text, error_code, 'unknown'), count(*) FROM kept GROUP BY 3 ORDER BY 3
        ON CONFLICT (run_id, shard, ending) DO UPDATE SET count = tally.count + excluded.count
      ), durations AS (
        INSERT INTO duration_tallies AS tally (run_id, shard, bucket, count)
        SELECT p_run, p_shard, bucket, count(*) FROM kept JOIN given USING (idx), unnest(buckets) AS bucket
        GROUP BY 3 ORDER BY 3
        ON CONFLICT (run_id, shard, bucket) DO UPDATE SET count = tally.count + excluded.count
      )
      SELECT count(*) FILTER (WHERE ok), count(*) FILTER (WHERE NOT ok), coalesce(sum(requests), 0),
        coalesce(sum(throttled), 0), -(SELECT count(*) FROM unparked),
        (SELECT json_agg(error) FROM (
          SELECT error_code AS code, error_message AS message, count(*), (array_agg(id ORDER BY idx))[1] AS example,
            min(idx) AS idx
          FROM kept WHERE error_code IS NOT NULL GROUP BY 1, 2) AS error)
      INTO v_succeeded, v_failed, v_requests, v_throttled, v_parked, v_errors FROM kept;
      IF v_errors IS NOT NULL THEN PERFORM count_errors(p_run, p_shard, v_errors); END IF;
    END IF;

    IF p_parked IS NOT NULL THEN
      INSERT INTO parked (run_id, idx, id, until, code)
      SELECT p_run, idx, id, until, code
      FROM json_to_recordset(p_parked) AS one (idx bigint, id text, until double precision, code text)
      WHERE idx <> ALL (ARRAY(SELECT results.idx FROM results WHERE run_id = p_run AND results.idx = ANY (ARRAY(
        SELECT (item ->> 'idx')::bigint FROM json_array_elements(p_parked) AS item))
        AND results.idx >= (SELECT min((item ->> 'idx')::bigint) FROM json_array_elements(p_parked) AS item)
        AND results.idx <= (SELECT max((item ->> 'idx')::bigint) FROM json_array_elements(p_parked) AS item)))
      ORDER BY idx
      ON CONFLICT DO NOTHING;
      GET DIAGNOSTICS v_newly_parked = ROW_COUNT;
      UPDATE parked SET until = one.until, code = one.code
      FROM json_to_recordset(p_parked) AS one (idx bigint, until double precision, code text)
      WHERE parked.run_id = p_run AND parked.idx = one.idx AND parked.idx = ANY (ARRAY(
        SELECT (item ->> 'idx')::bigint FROM json_array_elements(p_parked) AS item))
        AND parked.idx >= (SELECT min((item ->> 'idx')::bigint) FROM json_array_elements(p_parked) AS item)
        AND parked.idx <= (SELECT max((item ->> 'idx')::bigint) FROM json_array_elements(p_parked) AS item) AND (parked.until, parked.code) <> (one.until, one.code);
    END IF;

    IF p_spooled IS NOT NULL THEN
      INSERT INTO spooled (run_id, idx, request)
      SELECT p_run, idx, request FROM json_to_recordset(p_spooled) AS one (idx bigint, request text) ORDER BY idx
      ON CONFLICT DO NOTHING;
    END IF;

    IF p_sends IS NOT NULL THEN
      INSERT INTO quota_sends AS send (quota, at, weight, until)
      SELECT quota, at, sum(weight), max(until)
      FROM json_to_recordset(p_sends)
        AS one (quota text, at double precision, weight double precision, until double precision)
      GROUP BY quota, at ORDER BY quota, at
      ON CONFLICT (quota, at) DO UPDATE SET
        weight = send.weight + excluded.weight, until = greatest(send.until, excluded.until);
      DELETE FROM quota_sends WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM quota_sends WHERE until <= p_at FOR UPDATE SKIP LOCKED));
    END IF;

    INSERT INTO run_counts AS counts (
      run_id, shard, succeeded, failed, parked, requests, throttled, elapsed, updated_at, last_commit)
    VALUES (p_run, p_shard, v_succeeded, v_failed, v_parked + v_newly_parked, v_requests, v_throttled, p_elapsed, p_at,
      p_commit)
    ON CONFLICT (run_id, shard) DO UPDATE SET
      succeeded = counts.succeeded + excluded.succeeded, failed = counts.failed + excluded.failed,
      parked = counts.parked + excluded.parked, requests = counts.requests + excluded.requests,
      throttled = counts.throttled + excluded.throttled, elapsed = counts.elapsed + excluded.elapsed,
      updated_at = excluded.updated_at, last_commit = excluded.last_commit;
  END $$;`

/**
 * Functions that commit in one round trip. `keep_group` writes a group and counts the rows written; `commit_group`
 * does so for the process that has claimed the run. Each of their statements sees what was committed before it
 * started.
 */
export const commitFunctions: string = `
  CREATE FUNCTION count_errors(p_run bigint, p_shard bigint, p_errors json) RETURNS void LANGUAGE sql AS $$
    INSERT INTO error_tallies AS tally (run_id, shard, code, message, message_hash, count, example, example_idx)
    SELECT p_run, p_shard, code, counted_under, hashtextextended(counted_under, 0), sum(count),
      (array_agg(example ORDER BY idx))[1], min(idx)
    FROM (
      SELECT error.*, CASE
        WHEN known.id IS NOT NULL OR row_number() OVER (PARTITION BY known.id IS NULL ORDER BY error.idx)
          <= ${maxMessages} - (SELECT count(*) FROM error_tallies
            WHERE run_id = p_run AND shard = p_shard AND message <> '${otherMessages}')
        THEN error.message ELSE '${otherMessages}' END AS counted_under
      FROM json_to_recordset(p_errors) AS error (code text, message text, count bigint, example text, idx bigint)
      LEFT JOIN error_tallies AS known ON known.run_id = p_run AND known.shard = p_shard AND known.code = error.code
        AND known.message_hash = hashtextextended(error.message, 0)
    ) AS counted
    GROUP BY code, counted_under ORDER BY min(idx)
    ON CONFLICT (run_id, shard, code, message_hash) DO UPDATE SET
      count = tally.count + excluded.count,
      example = coalesce(tally.example, excluded.example),
      example_idx = coalesce(tally.example_idx, excluded.example_idx)
  $$;

  ${keepGroup}

  -- Answers 'kept'; 'unknown' if there is no such run; 'busy' if somebody else has claimed it since.
  CREATE FUNCTION commit_group(
    p_run bigint, p_epoch bigint, p_shard bigint, p_commit text, p_results json, p_bodies bytea, p_parked json,
    p_spooled json, p_sends json, p_elapsed double precision, p_at double precision, p_read bigint, p_has_ended boolean,
    p_settled_below bigint, p_mark_index bigint, p_mark text
  ) RETURNS text LANGUAGE plpgsql AS $$
  DECLARE
    v_epoch bigint;
  BEGIN
    -- A claim of the run waits until this commit is through, and commits of the same run wait for each other.
    SELECT claim_epoch INTO v_epoch FROM runs WHERE id = p_run AND NOT is_removed FOR NO KEY UPDATE;
    IF NOT FOUND THEN RETURN 'unknown'; END IF;
    IF v_epoch <> p_epoch THEN RETURN 'busy'; END IF;
    PERFORM keep_group(p_run, p_shard, p_commit, p_results, p_bodies, p_parked, p_spooled, p_sends, p_elapsed, p_at);
    IF p_read IS NOT NULL THEN
      UPDATE runs SET
        read = greatest(read, p_read), has_ended = has_ended OR p_has_ended,
        settled_below = greatest(settled_below, p_settled_below),
        mark = CASE WHEN p_mark_index >= coalesce(mark_index, 0) THEN p_mark ELSE mark END,
        mark_index = CASE WHEN p_mark_index >= coalesce(mark_index, 0) THEN p_mark_index ELSE mark_index END
      WHERE id = p_run;
    END IF;
    RETURN 'kept';
  END $$;
`
