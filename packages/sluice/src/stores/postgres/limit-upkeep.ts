/**
 * Late sends, and the removal of unused rows. Drops the functions that the batched ones replaced.
 */
export const limitUpkeep = `
  DROP FUNCTION limit_reserve, limit_spend, limit_hold;

  -- Puts off the permits of rates after late sends, so that the window that begins with one holds no more than its count.
  CREATE FUNCTION limit_put_off(
    _subjects text[], _keys text[], _permit_at double precision[], _arrived_by double precision[],
    _counts double precision[], _pers double precision[]
  ) RETURNS void LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM limit_lock(_subjects);
    WITH late AS (
      SELECT own.key, arrived_by + per - (count - given) * gap AS opens_at
      FROM unnest(_keys, _permit_at, _arrived_by, _counts, _pers) AS ask (key, permit_at, arrived_by, count, per)
        JOIN limit_rates AS own ON own.key = ask.key,
        LATERAL (SELECT floor((next_at - permit_at) / gap + 0.02) AS given) AS since
      WHERE given > 0 AND given <= count
    )
    UPDATE limit_rates SET next_at = greatest(next_at, opens_at) FROM late WHERE limit_rates.key = late.key;
  END $$;

  -- Removes rows that were of no use for ten minutes, at most 1,000 of each table.
  CREATE FUNCTION limit_sweep() RETURNS void LANGUAGE plpgsql AS $$
  DECLARE
    moment double precision := extract(epoch FROM clock_timestamp())::double precision * 1000;
    long_ago double precision := moment - 600000;
  BEGIN
    PERFORM set_config('synchronous_commit', 'off', true);
    WITH gone AS (
      DELETE FROM limit_rates WHERE key IN (
        SELECT key FROM limit_rates WHERE greatest(used_until, next_at) < long_ago LIMIT 1000 FOR UPDATE SKIP LOCKED
      ) RETURNING key
    )
    DELETE FROM limit_marks USING gone WHERE limit_marks.key = gone.key;
    DELETE FROM limit_places WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM limit_places WHERE valid_until < long_ago LIMIT 1000 FOR UPDATE SKIP LOCKED
    ));
    DELETE FROM limit_members WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM limit_members WHERE seen_at < long_ago LIMIT 1000 FOR UPDATE SKIP LOCKED
    ));
    DELETE FROM limit_lessons WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM limit_lessons WHERE kept_until < long_ago LIMIT 1000 FOR UPDATE SKIP LOCKED
    ));
  END $$;
`
