import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Who did what, from where: appended to, and nothing else. Number, time, hash and the columns that are searched are
 * made here, of the text that is kept, so that the application can forge none of them.
 */
export class AuditLog1795680060000 implements MigrationInterface {
  readonly name = 'AuditLog1795680060000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [
      AUDIT_LOG,
      BY_TIME,
      BY_ACTOR,
      BY_OBJECT,
      BY_ACTION,
      APPEND,
      APPENDED_BY_TRIGGER,
      REFUSE,
      NEVER_CHANGED,
      NO_RIGHTS_BY_DEFAULT,
    ])
      await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE app.audit_log');
    await runner.query('DROP FUNCTION app.append_audit_record()');
    await runner.query('DROP FUNCTION app.refuse_audit_change()');
  }
}

/**
 * `record` is JSON text, exactly as it went into `hash` = SHA-256(hash of the record before, then these bytes); before
 * the first stand 32 zero bytes. The rest is taken out of it, for searching. Actions are compared byte by byte, so that
 * a prefix is a range.
 */
const AUDIT_LOG = `
  CREATE TABLE app.audit_log (
    seq          bigint NOT NULL CONSTRAINT audit_log_pkey PRIMARY KEY,
    hash         bytea NOT NULL CONSTRAINT audit_log_hash_check CHECK (octet_length(hash) = 32),
    record       text NOT NULL CONSTRAINT audit_log_record_check CHECK (octet_length(record) <= 65536),
    at           timestamptz NOT NULL,
    actor_kind   text NOT NULL
                 CONSTRAINT audit_log_actor_kind_check
                 CHECK (actor_kind IN ('session', 'api-key', 'anonymous', 'system')),
    actor_id     uuid
                 CONSTRAINT audit_log_actor_id_check
                 CHECK ((actor_id IS NOT NULL) = (actor_kind IN ('session', 'api-key'))),
    action       text COLLATE "C" NOT NULL
                 CONSTRAINT audit_log_action_check CHECK (action ~ '^[a-z][a-z0-9-]*[.][a-z][a-z0-9-]*$'),
    object_kind  text NOT NULL,
    object_id    text,
    outcome      text NOT NULL
                 CONSTRAINT audit_log_outcome_check CHECK (outcome IN ('success', 'refused', 'failed')),
    address      text,
    request_id   text
  )`;

const BY_TIME = 'CREATE INDEX audit_log_time_index ON app.audit_log (at, seq)';
const BY_ACTOR = 'CREATE INDEX audit_log_actor_index ON app.audit_log (actor_id, seq)';
const BY_OBJECT = 'CREATE INDEX audit_log_object_index ON app.audit_log (object_kind, object_id, seq)';
const BY_ACTION = 'CREATE INDEX audit_log_action_index ON app.audit_log (action)';

/**
 * The lock is held until the transaction ends, so the newest record is one that stays, and numbers have no gaps. The
 * look at it must come after the lock and see what was committed meanwhile, which only READ COMMITTED does.
 */
const APPEND = `
  CREATE FUNCTION app.append_audit_record() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  DECLARE
    given     jsonb := NEW.record::jsonb;
    last_seq  bigint;
    last_hash bytea;
  BEGIN
    IF NEW.record NOT LIKE '{"%' OR given ?| ARRAY['seq', 'at'] THEN
      RAISE EXCEPTION 'an audit record is a JSON object that begins with {" and leaves seq and at to the database'
        USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF current_setting('transaction_isolation') <> 'read committed' THEN
      RAISE EXCEPTION 'audit records are written in READ COMMITTED transactions; this one is %',
        upper(current_setting('transaction_isolation')) USING ERRCODE = 'invalid_transaction_state';
    END IF;
    PERFORM pg_advisory_xact_lock(5170218825);
    SELECT seq, hash INTO last_seq, last_hash FROM app.audit_log ORDER BY seq DESC LIMIT 1;
    NEW.seq := coalesce(last_seq, 0) + 1;
    NEW.at := clock_timestamp();
    NEW.record := format('{"seq":%s,"at":"%s",%s', NEW.seq,
      to_char(NEW.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), substr(NEW.record, 2));
    NEW.hash := sha256(coalesce(last_hash, decode(repeat('00', 32), 'hex')) || convert_to(NEW.record, 'UTF8'));
    NEW.actor_kind := given #>> '{actor,kind}';
    NEW.actor_id := (given #>> '{actor,id}')::uuid;
    NEW.action := given ->> 'action';
    NEW.object_kind := given #>> '{object,kind}';
    NEW.object_id := given #>> '{object,id}';
    NEW.outcome := given ->> 'outcome';
    NEW.address := given ->> 'address';
    NEW.request_id := given ->> 'requestId';
    RETURN NEW;
  END
  $$`;

const APPENDED_BY_TRIGGER = `
  CREATE TRIGGER append BEFORE INSERT ON app.audit_log
  FOR EACH ROW EXECUTE FUNCTION app.append_audit_record()`;

/** For whoever has the right, which is the owner: nobody changes the log by mistake. */
const REFUSE = `
  CREATE FUNCTION app.refuse_audit_change() RETURNS trigger
  LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
  BEGIN
    RAISE EXCEPTION '% of app.audit_log is refused: records are only ever added', TG_OP
      USING ERRCODE = 'insufficient_privilege';
  END
  $$`;

/** ALWAYS: also in a session that replays what another server did, where ordinary triggers rest. */
const NEVER_CHANGED = `
  CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON app.audit_log
  FOR EACH STATEMENT EXECUTE FUNCTION app.refuse_audit_change();
  ALTER TABLE app.audit_log ENABLE ALWAYS TRIGGER never_changed`;

/** Default privileges gave more with the table, and a function is everybody's; grants.ts says what they may. */
const NO_RIGHTS_BY_DEFAULT = `
  DO $$
  BEGIN
    REVOKE ALL ON FUNCTION app.append_audit_record(), app.refuse_audit_change() FROM PUBLIC;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'app_rw') THEN
      REVOKE ALL ON app.audit_log FROM app_rw;
    END IF;
  END
  $$`;
