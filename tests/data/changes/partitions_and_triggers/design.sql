CREATE TABLE readings (id bigint NOT NULL, at timestamptz NOT NULL, value integer NOT NULL, unit text,
  PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE readings_2026_01 PARTITION OF readings FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE TABLE readings_2026_02 PARTITION OF readings FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
CREATE TABLE logs (id bigint NOT NULL, at timestamptz NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE logs_2026_01 PARTITION OF logs FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE INDEX readings_value_idx ON readings (value);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.unit := coalesce(NEW.unit, 'C'); RETURN NEW; END$$;
CREATE TRIGGER readings_touch BEFORE INSERT OR UPDATE ON readings FOR EACH ROW EXECUTE FUNCTION touch();
CREATE VIEW latest AS SELECT id, at, unit FROM readings;
