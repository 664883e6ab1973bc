/**
 * Places that are released go to the processes that wait for them, which ask for all of theirs in one statement: only
 * they know when to use them.
 */
export const handedPlaces = `
  -- Places of "held" that were granted when others released them, since the holder's last request.
  ALTER TABLE limit_places ADD COLUMN handed integer NOT NULL DEFAULT 0;
  CREATE INDEX limit_places_handed ON limit_places (holder) WHERE handed > 0;

  -- The same as limit_hold_all. What is free afterwards goes to others that have less than their part.
  CREATE FUNCTION limit_hold_and_hand(
    _keys text[], _limits integer[], _holders text[], _in_flight integer[], _holding integer[], _wanted integer[],
    _valid_for double precision, _turn_of double precision
  ) RETURNS TABLE (place bigint, places integer) LANGUAGE plpgsql AS $$
  #variable_conflict use_column
  DECLARE
    moment double precision := limit_lock(_keys);
  BEGIN
    UPDATE limit_places SET handed = 0 FROM unnest(_keys, _holders) AS ask (key, asker)
      WHERE limit_places.key = ask.key AND holder = asker AND handed > 0;
    RETURN QUERY SELECT * FROM limit_hold_all(
      _keys, _limits, _holders, _in_flight, _holding, _wanted, _valid_for, _turn_of
    );
    WITH ask AS (
      SELECT ask.*, most - sum(held) AS free FROM unnest(_keys, _limits, _holders) AS ask (key, most, asker)
        JOIN limit_places ON limit_places.key = ask.key GROUP BY ask.key, most, asker HAVING most > sum(held)
    ), ranked AS (
      SELECT ask.*, holder, wanted, held, has_extra, since, row_number() OVER modest AS rank,
        most - (sum(wanted) OVER modest - wanted) AS rest, count(*) OVER of_key - row_number() OVER modest + 1 AS hungry
      FROM ask JOIN limit_places ON limit_places.key = ask.key
      WINDOW of_key AS (PARTITION BY ask.key), modest AS (PARTITION BY ask.key ORDER BY wanted, holder)
    ), parts AS (
      SELECT DISTINCT ON (key) key, div(rest, hungry) AS share, rest % hungry AS over FROM ranked
      WHERE wanted > div(rest, hungry) ORDER BY key, rank
    ), fair AS (
      SELECT ranked.key, asker, holder, free, held, since, wanted > share AND row_number() OVER (
          PARTITION BY ranked.key ORDER BY wanted <= share, has_extra AND since > moment - _turn_of DESC, has_extra, since,
          holder
        ) <= over AS is_extra, least(wanted, coalesce(share, wanted))::integer AS part
      FROM ranked LEFT JOIN parts ON parts.key = ranked.key
    ), missing AS (
      SELECT fair.*, greatest(0, part + coalesce(is_extra, false)::integer - held) AS missing FROM fair WHERE holder <> asker
    ), given AS (
      SELECT key, holder, least(missing, free - (sum(missing) OVER longest - missing))::integer AS more FROM missing
      WINDOW longest AS (PARTITION BY key ORDER BY since, holder)
    )
    UPDATE limit_places SET held = held + more, handed = handed + more FROM given
      WHERE limit_places.key = given.key AND limit_places.holder = given.holder AND more > 0;
  END $$;
`
