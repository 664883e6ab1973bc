/**
 * Reserves permits of several limits at once. The permits of one call have the same instant. While its owner uses it,
 * a paced limit applies to every process that reserves from its subject, so that the strictest rate of several runs
 * holds. One lock covers everything of a subject.
 */
export const jointLimits = `
  ALTER TABLE limit_rates ADD COLUMN subject text, ADD COLUMN unit text, ADD COLUMN gap double precision,
    ADD COLUMN used_until double precision;
  CREATE INDEX limit_rates_subject ON limit_rates (subject);

  CREATE FUNCTION limit_reserve_together(
    _subject text, _wishes json, _calls double precision,
    OUT granted_at double precision, OUT starts_at double precision, OUT granted double precision,
    OUT distance double precision
  ) LANGUAGE plpgsql AS $$
  DECLARE
    moment double precision;
    one record;
    known double precision;
    opens double precision;
    oldest bigint;
    fits double precision;
  BEGIN
    PERFORM set_config('synchronous_commit', 'off', true);
    PERFORM pg_advisory_xact_lock(hashtextextended(current_schema() || ' limits ' || _subject, 0));
    moment := extract(epoch FROM clock_timestamp())::double precision * 1000;
    granted_at := moment;
    granted := _calls;
    distance := 0;

    FOR one IN SELECT * FROM json_to_recordset(_wishes) AS wish(
      key text, count double precision, part double precision, counted integer, units double precision
    ) WHERE part IS NOT NULL LOOP
      DELETE FROM limit_quotas WHERE key = one.key AND part <= floor(moment / one.part) - one.counted;
      SELECT floor((one.count - coalesce(sum(given), 0)) / one.units), min(part) INTO fits, oldest
        FROM limit_quotas WHERE key = one.key;
      granted := least(granted, fits);
      IF fits < 1 THEN
        opens := greatest(opens, (coalesce(oldest, floor(moment / one.part)) + one.counted) * one.part);
      END IF;
    END LOOP;
    IF opens IS NOT NULL THEN
      granted := 0;
      starts_at := opens;
      RETURN;
    END IF;

    FOR one IN SELECT * FROM json_to_recordset(_wishes) AS wish(
      key text, gap double precision, tolerance double precision, units double precision
    ) WHERE gap IS NOT NULL LOOP
      known := NULL;
      SELECT next_at INTO known FROM limit_rates WHERE key = one.key;
      starts_at := greatest(starts_at, known, moment - one.tolerance);
      IF NOT EXISTS (SELECT FROM limit_marks WHERE key = one.key) THEN
        INSERT INTO limit_marks VALUES (one.key);
        IF known IS NOT NULL THEN starts_at := greatest(starts_at, greatest(known, moment) + 1000); END IF;
      END IF;
      distance := greatest(distance, one.gap * one.units);
    END LOOP;
    -- Rates that others have set for the same API.
    SELECT greatest(starts_at, max(rate.next_at)), greatest(distance, max(rate.gap * wish.units))
      INTO starts_at, distance
      FROM json_to_recordset(_wishes) AS wish(unit text, gap double precision, units double precision)
      JOIN limit_rates AS rate ON rate.subject = _subject AND rate.unit = wish.unit
      WHERE wish.gap IS NOT NULL AND rate.used_until > moment;
    starts_at := coalesce(starts_at, moment);

    UPDATE limit_rates SET next_at = starts_at + (granted - 1) * distance + limit_rates.gap * wish.units
      FROM (
        SELECT unit, max(units) AS units FROM json_to_recordset(_wishes)
          AS wish(unit text, gap double precision, units double precision) WHERE gap IS NOT NULL GROUP BY unit
      ) AS wish
      WHERE subject = _subject AND limit_rates.unit = wish.unit AND used_until > moment;
    INSERT INTO limit_rates (key, next_at, subject, unit, gap, used_until)
      SELECT key, starts_at + (granted - 1) * distance + gap * units, _subject, unit, gap,
          starts_at + granted * distance + 5000
        FROM json_to_recordset(_wishes) AS wish(key text, unit text, gap double precision, units double precision)
        WHERE gap IS NOT NULL
      ON CONFLICT (key) DO UPDATE SET next_at = excluded.next_at, subject = excluded.subject, unit = excluded.unit,
        gap = excluded.gap, used_until = excluded.used_until;
    INSERT INTO limit_quotas (key, part, given)
      SELECT key, floor(moment / part), granted * units FROM json_to_recordset(_wishes)
        AS wish(key text, part double precision, units double precision) WHERE part IS NOT NULL
      ON CONFLICT (key, part) DO UPDATE SET given = limit_quotas.given + excluded.given;
  END $$;
`
