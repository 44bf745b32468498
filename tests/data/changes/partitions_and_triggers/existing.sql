CREATE TABLE readings (id bigint NOT NULL, at timestamptz NOT NULL, value integer, PRIMARY KEY (id, at))
  PARTITION BY RANGE (at);
CREATE TABLE readings_2026_01 PARTITION OF readings FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE TABLE logs (id bigint PRIMARY KEY, at timestamptz NOT NULL);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$;
CREATE TRIGGER readings_touch BEFORE INSERT ON readings FOR EACH ROW EXECUTE FUNCTION touch();
CREATE VIEW latest AS SELECT id, at FROM readings;
