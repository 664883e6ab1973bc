/**
 * Tables of limits that processes share. Times are in milliseconds since the epoch, by the clock of the database.
 *
 * Writes do not wait for the disk: a crash may lose the last half second. Rates, quotas and places are logged, so that
 * a crash loses no more. `limit_marks` is not logged, and therefore empty after a crash: a process that finds a known
 * rate without a mark waits one second, so that requests whose permits were lost have left before. Members and signals
 * are published again within a second, so they need no log either.
 */
const tables = `
  CREATE TABLE limit_rates (
    key text PRIMARY KEY,
    next_at double precision NOT NULL -- the instant of the next permit
  ) WITH (fillfactor = 50);
  CREATE UNLOGGED TABLE limit_marks (key text PRIMARY KEY);
  CREATE TABLE limit_quotas (
    key text NOT NULL,
    part bigint NOT NULL,
    given double precision NOT NULL,
    PRIMARY KEY (key, part)
  ) WITH (fillfactor = 50);
  CREATE TABLE limit_places (
    key text NOT NULL,
    holder text NOT NULL,
    held integer NOT NULL,
    wanted integer NOT NULL,
    valid_until double precision NOT NULL,
    PRIMARY KEY (key, holder)
  ) WITH (fillfactor = 50);
  CREATE UNLOGGED TABLE limit_members (
    scope text NOT NULL,
    member text NOT NULL,
    seen_at double precision NOT NULL,
    PRIMARY KEY (scope, member)
  ) WITH (fillfactor = 50);
  CREATE UNLOGGED TABLE limit_lessons (
    id bigint GENERATED ALWAYS AS IDENTITY,
    scope text NOT NULL,
    member text NOT NULL,
    subject text NOT NULL, -- its kind and partition: of each only the newest is kept
    lesson text NOT NULL,
    told_at double precision NOT NULL,
    kept_until double precision NOT NULL,
    PRIMARY KEY (scope, member, subject)
  );
`

/**
 * Each function starts with a lock for its key, and every statement after that sees what was committed before. A
 * single statement would still see the state from before it waited for the lock.
 */
const begin = `
    PERFORM set_config('synchronous_commit', 'off', true);
    PERFORM pg_advisory_xact_lock(hashtextextended(current_schema() || ' limits ' || _key, 0));
    moment := extract(epoch FROM clock_timestamp())::double precision * 1000;
`

const reserve = `
  CREATE FUNCTION limit_reserve(
    _key text, _gap double precision, _tolerance double precision, _units double precision,
    OUT granted_at double precision, OUT starts_at double precision
  ) LANGUAGE plpgsql AS $$
  DECLARE
    moment double precision;
    known double precision;
  BEGIN
    ${begin}
    SELECT next_at INTO known FROM limit_rates WHERE key = _key;
    starts_at := greatest(known, moment - _tolerance);
    IF NOT EXISTS (SELECT FROM limit_marks WHERE key = _key) THEN
      INSERT INTO limit_marks VALUES (_key);
      IF known IS NOT NULL THEN starts_at := greatest(known, moment) + 1000; END IF;
    END IF;
    INSERT INTO limit_rates VALUES (_key, starts_at + _units * _gap)
      ON CONFLICT (key) DO UPDATE SET next_at = excluded.next_at;
    granted_at := moment;
  END $$;
`

const spend = `
  CREATE FUNCTION limit_spend(
    _key text, _count double precision, _part double precision, _counted integer, _units double precision,
    OUT granted_at double precision, OUT granted double precision, OUT starts_at double precision
  ) LANGUAGE plpgsql AS $$
  DECLARE
    moment double precision;
    current_part bigint;
    oldest bigint;
    spent double precision;
  BEGIN
    ${begin}
    current_part := floor(moment / _part);
    DELETE FROM limit_quotas WHERE key = _key AND part <= current_part - _counted;
    SELECT coalesce(sum(given), 0), min(part) INTO spent, oldest FROM limit_quotas WHERE key = _key;
    granted := greatest(0, least(_units, _count - spent));
    granted_at := moment;
    starts_at := CASE WHEN granted > 0 THEN moment ELSE (oldest + _counted) * _part END;
    IF granted > 0 THEN
      INSERT INTO limit_quotas VALUES (_key, current_part, granted)
        ON CONFLICT (key, part) DO UPDATE SET given = limit_quotas.given + excluded.given;
    END IF;
  END $$;
`

const hold = `
  CREATE FUNCTION limit_hold(
    _key text, _limit integer, _holder text, _in_flight integer, _holding integer, _wanted integer,
    _valid_for double precision, _turn_of double precision, OUT places integer
  ) LANGUAGE plpgsql AS $$
  DECLARE
    moment double precision;
    one record;
    rest integer := _limit;
    hungry integer;
    share integer;
    place integer := 0;
    mine integer;
    held_by_others integer;
  BEGIN
    ${begin}
    DELETE FROM limit_places WHERE key = _key AND valid_until <= moment;
    INSERT INTO limit_places VALUES (_key, _holder, greatest(_in_flight, _holding), _wanted, moment + _valid_for)
      ON CONFLICT (key, holder) DO UPDATE
      SET held = excluded.held, wanted = excluded.wanted, valid_until = excluded.valid_until;
    SELECT count(*), coalesce(sum(held) FILTER (WHERE holder <> _holder), 0),
        count(*) FILTER (WHERE (wanted, holder) < (_wanted, _holder))
      INTO hungry, held_by_others, mine FROM limit_places WHERE key = _key;
    -- The modest first: what they leave is parted among the others, and what cannot be parted goes round.
    FOR one IN SELECT holder, wanted FROM limit_places WHERE key = _key ORDER BY wanted, holder LOOP
      share := rest / hungry;
      IF one.wanted > share THEN
        places := share;
        IF (mine - place + floor(moment / _turn_of)::bigint) % hungry < rest - share * hungry THEN
          places := share + 1;
        END IF;
        EXIT;
      END IF;
      IF one.holder = _holder THEN
        places := _wanted;
        EXIT;
      END IF;
      rest := rest - one.wanted;
      hungry := hungry - 1;
      place := place + 1;
    END LOOP;
    places := greatest(0, least(places, _limit - held_by_others));
    -- What is taken from somebody counts as held until they ask again: until then they do not know.
    UPDATE limit_places SET held = greatest(held, places) WHERE key = _key AND holder = _holder;
    DELETE FROM limit_places WHERE key = _key AND holder = _holder AND held = 0 AND wanted = 0;
  END $$;
`

const sync = `
  CREATE FUNCTION limit_sync(
    _key text, _member text, _lessons json, _after bigint, _active_for double precision,
    OUT active integer, OUT heard_up_to bigint, OUT lessons json
  ) LANGUAGE plpgsql AS $$
  DECLARE
    moment double precision;
  BEGIN
    ${begin}
    INSERT INTO limit_members VALUES (_key, _member, moment)
      ON CONFLICT (scope, member) DO UPDATE SET seen_at = excluded.seen_at;
    DELETE FROM limit_members WHERE scope = _key AND seen_at < moment - 60000;
    DELETE FROM limit_lessons WHERE scope = _key AND kept_until < moment;
    -- A new id each time, also for what takes the place of an older one.
    DELETE FROM limit_lessons USING json_to_recordset(_lessons) AS told(subject text)
      WHERE scope = _key AND member = _member AND limit_lessons.subject = told.subject;
    INSERT INTO limit_lessons (scope, member, subject, lesson, told_at, kept_until)
      SELECT _key, _member, subject, lesson, moment, moment + kept_for
      FROM json_to_recordset(_lessons) AS told(subject text, lesson text, kept_for double precision);
    SELECT count(*) INTO active FROM limit_members WHERE scope = _key AND seen_at > moment - _active_for;
    SELECT coalesce(max(id), 0), coalesce(
        json_agg(json_build_object('lesson', lesson, 'age', moment - told_at) ORDER BY id)
          FILTER (WHERE id > _after AND member <> _member), '[]')
      INTO heard_up_to, lessons FROM limit_lessons WHERE scope = _key;
    heard_up_to := greatest(heard_up_to, _after);
  END $$;
`

/** Migration step that creates the tables and functions of shared limits. */
export const limitTables: string = [tables, reserve, spend, hold, sync].join('\n')
