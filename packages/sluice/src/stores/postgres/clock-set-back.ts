import { replacing } from './bounded-statements.ts'
import { takeOverFunction } from './chunk-claims.ts'

/** Condition of `take_over`: a server that was started in the future, before its clock was set back, has run for long. */
const hasRun =
  "pg_postmaster_start_time() NOT BETWEEN clock_timestamp() - 2 * p_silence * interval '1 millisecond' AND clock_timestamp()"

/**
 * Times of a database whose clock was set back, as by a failover to a server whose clock is behind. They would be in
 * the future until the clock has caught up: rates would stop, and dead workers would count as alive.
 */
export const clockSetBack: string = `
  -- Latest time that limits have seen, to the second. Logged: it must be known after a failover.
  CREATE TABLE limit_clock (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    latest double precision NOT NULL
  ) WITH (fillfactor = 50);
  INSERT INTO limit_clock (latest) VALUES (0);

  -- Shifts all times of limits by the distance that the clock was set back. They are then as far ahead as they were when
  -- the clock was last seen, so that no rate is exceeded.
  CREATE FUNCTION limit_set_back(_moment double precision) RETURNS void LANGUAGE plpgsql AS $$
  DECLARE
    back double precision;
  BEGIN
    SELECT latest - _moment INTO back FROM limit_clock FOR UPDATE;
    -- Another process may have done it while this one waited.
    IF back <= 1000 THEN RETURN; END IF;
    UPDATE limit_clock SET latest = _moment;
    UPDATE limit_rates SET next_at = next_at - back, used_until = used_until - back;
    UPDATE limit_places SET valid_until = valid_until - back, since = since - back;
    UPDATE limit_members SET seen_at = seen_at - back;
    UPDATE limit_lessons SET told_at = told_at - back, kept_until = kept_until - back;
  END $$;

  -- Locks so many names. Returns the moment by which all that follows is reckoned.
  CREATE OR REPLACE FUNCTION limit_lock(_names text[]) RETURNS double precision LANGUAGE plpgsql AS $$
  DECLARE
    one bigint;
    moment double precision;
    ahead double precision;
  BEGIN
    PERFORM set_config('synchronous_commit', 'off', true);
    FOR one IN
      SELECT DISTINCT hashtextextended(current_schema() || ' limits ' || name, 0) AS key FROM unnest(_names) AS name ORDER BY key
    LOOP
      PERFORM pg_advisory_xact_lock(one);
    END LOOP;
    moment := extract(epoch FROM clock_timestamp())::double precision * 1000;
    SELECT latest - moment INTO ahead FROM limit_clock;
    IF ahead > 1000 THEN
      PERFORM limit_set_back(moment);
    ELSIF ahead < -1000 THEN
      UPDATE limit_clock SET latest = moment
        WHERE ctid = ANY (ARRAY(SELECT ctid FROM limit_clock WHERE latest < moment FOR UPDATE SKIP LOCKED));
    END IF;
    RETURN moment;
  END $$;

  -- Any limits of each of some subjects. What was spent of quotas in the future, before the clock was set back, counts
  -- as spent now: the length of their parts is known here only.
  CREATE OR REPLACE FUNCTION limit_reserve_all(_subjects text[], _wishes json[], _calls double precision[]) RETURNS TABLE (
    place bigint, granted_at double precision, starts_at double precision, granted double precision,
    distance double precision
  ) LANGUAGE plpgsql AS $$
  DECLARE
    moment double precision := limit_lock(_subjects);
  BEGIN
    WITH ahead AS (
      DELETE FROM limit_quotas USING unnest(_wishes) AS ask (wishes),
        json_to_recordset(ask.wishes) AS wish(key text, part double precision)
      WHERE limit_quotas.key = wish.key AND limit_quotas.part > floor(moment / wish.part) + 1
      RETURNING limit_quotas.key, floor(moment / wish.part) AS part, given
    )
    INSERT INTO limit_quotas AS quota (key, part, given) SELECT key, part, sum(given) FROM ahead GROUP BY key, part
      ON CONFLICT (key, part) DO UPDATE SET given = quota.given + excluded.given;
    RETURN QUERY SELECT ask.place, given.granted_at, given.starts_at, given.granted, given.distance
      FROM unnest(_subjects, _wishes, _calls) WITH ORDINALITY AS ask (subject, wishes, calls, place),
        limit_reserve_together(ask.subject, ask.wishes, ask.calls) AS given;
  END $$;

  ${replacing(takeOverFunction(hasRun))}
`
