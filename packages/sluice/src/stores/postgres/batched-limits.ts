/**
 * Reserves limits of many subjects in one statement: a run over many hosts needs hundreds at once. Locks are taken in
 * a fixed order, so that statements cannot deadlock, and every statement inside sees what was committed before.
 */
export const batchedLimits = `
  -- Locks so many names. Returns the moment by which all that follows is reckoned.
  CREATE FUNCTION limit_lock(_names text[]) RETURNS double precision LANGUAGE plpgsql AS $$
  DECLARE
    one bigint;
  BEGIN
    PERFORM set_config('synchronous_commit', 'off', true);
    FOR one IN
      SELECT DISTINCT hashtextextended(current_schema() || ' limits ' || name, 0) AS key FROM unnest(_names) AS name ORDER BY key
    LOOP
      PERFORM pg_advisory_xact_lock(one);
    END LOOP;
    RETURN extract(epoch FROM clock_timestamp())::double precision * 1000;
  END $$;

  -- The same as limit_reserve_together, for one paced rate of each of some subjects, of which none is named twice.
  CREATE FUNCTION limit_reserve_paced(
    _subjects text[], _keys text[], _units text[], _gaps double precision[], _tolerances double precision[],
    _calls double precision[], _unused_until double precision[], _unused double precision[]
  ) RETURNS TABLE (place bigint, granted_at double precision, starts_at double precision, distance double precision)
  LANGUAGE plpgsql AS $$
  #variable_conflict use_column
  DECLARE
    moment double precision := limit_lock(_subjects);
  BEGIN
    RETURN QUERY WITH ask AS (
      SELECT * FROM unnest(_subjects, _keys, _units, _gaps, _tolerances, _calls, _unused_until, _unused) WITH ORDINALITY
        AS ask (subject, key, unit, gap, tolerance, calls, unused_until, unused, place)
    ), unmarked AS (
      INSERT INTO limit_marks SELECT key FROM ask ON CONFLICT DO NOTHING RETURNING key
    ), known AS (
      -- Permits that were not used are taken back, unless others have followed them.
      SELECT ask.*, unmarked.key IS NOT NULL AS is_new, next_at
          - CASE WHEN unused > 0 AND abs(next_at - unused_until) < 0.01 THEN unused ELSE 0 END AS own_next
      FROM ask LEFT JOIN unmarked ON unmarked.key = ask.key LEFT JOIN limit_rates AS own ON own.key = ask.key
    ), given AS (
      SELECT known.*, greatest(known.gap, used.gap) AS apart, greatest(moment - tolerance, own_next, used.next_at,
          CASE WHEN is_new AND own_next IS NOT NULL THEN greatest(own_next, moment) + 1000 END) AS starts
      -- Rates that others have set for the same API.
      FROM known LEFT JOIN LATERAL (
        SELECT max(next_at) AS next_at, max(gap) AS gap FROM limit_rates AS other
        WHERE other.subject = known.subject AND other.unit = known.unit AND other.key <> known.key AND used_until > moment
      ) AS used ON true
    ), moved AS (
      UPDATE limit_rates SET next_at = starts + (calls - 1) * apart + limit_rates.gap FROM given
      WHERE limit_rates.subject = given.subject AND limit_rates.unit = given.unit AND limit_rates.key <> given.key
        AND used_until > moment
    ), kept AS (
      INSERT INTO limit_rates (key, next_at, subject, unit, gap, used_until)
      SELECT key, starts + (calls - 1) * apart + gap, subject, unit, gap, starts + calls * apart + 5000 FROM given
      ON CONFLICT (key) DO UPDATE SET next_at = excluded.next_at, subject = excluded.subject, unit = excluded.unit,
        gap = excluded.gap, used_until = excluded.used_until
    )
    SELECT place, moment, starts, apart FROM given;
  END $$;

  -- Any limits of each of some subjects.
  CREATE FUNCTION limit_reserve_all(_subjects text[], _wishes json[], _calls double precision[]) RETURNS TABLE (
    place bigint, granted_at double precision, starts_at double precision, granted double precision,
    distance double precision
  ) LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM limit_lock(_subjects);
    RETURN QUERY SELECT ask.place, given.granted_at, given.starts_at, given.granted, given.distance
      FROM unnest(_subjects, _wishes, _calls) WITH ORDINALITY AS ask (subject, wishes, calls, place),
        limit_reserve_together(ask.subject, ask.wishes, ask.calls) AS given;
  END $$;

  -- Whether a holder has a place of what cannot be parted, and since when it has or has not.
  ALTER TABLE limit_places ADD COLUMN has_extra boolean NOT NULL DEFAULT false,
    ADD COLUMN since double precision NOT NULL DEFAULT 0;

  -- The same as limit_hold, for each of some keys, of which none is named twice.
  CREATE FUNCTION limit_hold_all(
    _keys text[], _limits integer[], _holders text[], _in_flight integer[], _holding integer[], _wanted integer[],
    _valid_for double precision, _turn_of double precision
  ) RETURNS TABLE (place bigint, places integer) LANGUAGE plpgsql AS $$
  #variable_conflict use_column
  DECLARE
    moment double precision := limit_lock(_keys);
  BEGIN
    DELETE FROM limit_places WHERE key = ANY (_keys) AND valid_until <= moment;
    INSERT INTO limit_places (key, holder, held, wanted, valid_until, since)
      SELECT key, holder, greatest(in_flight, holding), wanted, moment + _valid_for, moment
      FROM unnest(_keys, _holders, _in_flight, _holding, _wanted) AS ask (key, holder, in_flight, holding, wanted)
      ON CONFLICT (key, holder) DO UPDATE
      SET held = excluded.held, wanted = excluded.wanted, valid_until = excluded.valid_until;
    -- The modest first: what they leave is parted among the others. What cannot be parted goes to those that have waited
    -- longest, for so long.
    RETURN QUERY WITH ask AS (
      SELECT * FROM unnest(_keys, _limits, _holders) WITH ORDINALITY AS ask (key, most, asker, place)
    ), ranked AS (
      SELECT ask.*, holder, wanted, held, has_extra, since, row_number() OVER modest AS rank,
        most - (sum(wanted) OVER modest - wanted) AS rest,
        count(*) OVER of_key - row_number() OVER modest + 1 AS hungry,
        sum(held) OVER of_key - held AS held_by_others
      FROM ask JOIN limit_places ON limit_places.key = ask.key
      WINDOW of_key AS (PARTITION BY ask.key), modest AS (PARTITION BY ask.key ORDER BY wanted, holder)
    ), parts AS (
      SELECT DISTINCT ON (key) key, div(rest, hungry) AS share, rest % hungry AS over FROM ranked
      WHERE wanted > div(rest, hungry) ORDER BY key, rank
    ), queue AS (
      SELECT ranked.key, holder, share, over, row_number() OVER (PARTITION BY ranked.key ORDER BY
        has_extra AND since > moment - _turn_of DESC, has_extra, since, holder) AS rank
      FROM ranked JOIN parts ON parts.key = ranked.key WHERE wanted > share
    ), fair AS (
      SELECT ranked.*, share, greatest(0, least(
          most - held_by_others,
          CASE WHEN share IS NULL THEN wanted WHEN queue.rank <= over THEN share + 1 ELSE share END
        ))::integer AS places
      FROM ranked LEFT JOIN queue ON queue.key = ranked.key AND queue.holder = ranked.holder
      WHERE ranked.holder = asker
    ), given AS (
      SELECT key, asker, place, wanted, places, has_extra AS had_extra, coalesce(places > share, false) AS has_extra FROM fair
    ), changed AS (
      -- What is taken from somebody counts as held until they ask again: until then they do not know.
      UPDATE limit_places SET held = greatest(limit_places.held, given.places), has_extra = given.has_extra,
        since = CASE WHEN given.has_extra = had_extra THEN since ELSE moment END
      FROM given WHERE limit_places.key = given.key AND holder = asker
        AND (limit_places.held < given.places OR given.has_extra <> had_extra)
    ), gone AS (
      DELETE FROM limit_places USING given WHERE limit_places.key = given.key AND holder = asker
        AND limit_places.held = 0 AND limit_places.wanted = 0 AND given.places = 0 AND NOT had_extra
    )
    SELECT place, places FROM given;
  END $$;
`
