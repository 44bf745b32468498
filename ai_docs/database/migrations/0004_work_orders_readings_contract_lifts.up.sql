SET lock_timeout = '5s';

CREATE TABLE work_orders (
  id bigint GENERATED ALWAYS AS IDENTITY,
  lift_id bigint NOT NULL,
  order_number text NOT NULL,
  title text NOT NULL,
  description text NOT NULL,
  priority text NOT NULL,
  caller_name text NOT NULL,
  caller_phone text NOT NULL,
  reported_at timestamptz NOT NULL,
  status text NOT NULL DEFAULT 'open',
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT work_orders_pkey PRIMARY KEY (id),
  CONSTRAINT work_orders_order_number_key UNIQUE (order_number),
  CONSTRAINT work_orders_order_number_check CHECK (char_length(order_number) <= 64),
  CONSTRAINT work_orders_title_check CHECK (char_length(title) <= 200),
  CONSTRAINT work_orders_priority_check CHECK (priority IN ('trapped', 'urgent', 'normal', 'planned')),
  CONSTRAINT work_orders_caller_name_check CHECK (char_length(caller_name) <= 200),
  CONSTRAINT work_orders_caller_phone_check CHECK (char_length(caller_phone) <= 32),
  CONSTRAINT work_orders_status_check CHECK (status IN ('open', 'planned', 'in_progress', 'done', 'invoiced', 'cancelled')),
  CONSTRAINT work_orders_lift_id_fkey FOREIGN KEY (lift_id) REFERENCES lifts (id) ON DELETE RESTRICT
);

CREATE TABLE readings (
  id bigint GENERATED ALWAYS AS IDENTITY,
  lift_id bigint NOT NULL,
  time timestamptz NOT NULL,
  door_cycles integer NOT NULL,
  trips integer NOT NULL,
  motor_temperature numeric(17,3) NOT NULL,
  error_code text NOT NULL,
  CONSTRAINT readings_pkey PRIMARY KEY (id, time),
  CONSTRAINT readings_error_code_check CHECK (char_length(error_code) <= 64),
  CONSTRAINT readings_lift_id_fkey FOREIGN KEY (lift_id) REFERENCES lifts (id) ON DELETE CASCADE
) PARTITION BY RANGE (time);

CREATE TABLE readings_2026_01_01 PARTITION OF readings FOR VALUES FROM ('2026-01-01') TO ('2026-01-08');

CREATE TABLE readings_2026_01_08 PARTITION OF readings FOR VALUES FROM ('2026-01-08') TO ('2026-01-15');

CREATE TABLE readings_2026_01_15 PARTITION OF readings FOR VALUES FROM ('2026-01-15') TO ('2026-01-22');

CREATE TABLE readings_2026_01_22 PARTITION OF readings FOR VALUES FROM ('2026-01-22') TO ('2026-01-29');

CREATE TABLE readings_2026_01_29 PARTITION OF readings FOR VALUES FROM ('2026-01-29') TO ('2026-02-05');

CREATE TABLE readings_2026_02_05 PARTITION OF readings FOR VALUES FROM ('2026-02-05') TO ('2026-02-12');

CREATE TABLE readings_2026_02_12 PARTITION OF readings FOR VALUES FROM ('2026-02-12') TO ('2026-02-19');

CREATE TABLE readings_2026_02_19 PARTITION OF readings FOR VALUES FROM ('2026-02-19') TO ('2026-02-26');

CREATE TABLE readings_2026_02_26 PARTITION OF readings FOR VALUES FROM ('2026-02-26') TO ('2026-03-05');

CREATE TABLE readings_2026_03_05 PARTITION OF readings FOR VALUES FROM ('2026-03-05') TO ('2026-03-12');

CREATE TABLE readings_2026_03_12 PARTITION OF readings FOR VALUES FROM ('2026-03-12') TO ('2026-03-19');

CREATE TABLE readings_2026_03_19 PARTITION OF readings FOR VALUES FROM ('2026-03-19') TO ('2026-03-26');

CREATE TABLE readings_2026_03_26 PARTITION OF readings FOR VALUES FROM ('2026-03-26') TO ('2026-04-02');

CREATE TABLE readings_default PARTITION OF readings DEFAULT;

CREATE TABLE contract_lifts (
  contract_id bigint NOT NULL,
  lift_id bigint NOT NULL,
  inspection_interval_months integer NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT contract_lifts_pkey PRIMARY KEY (contract_id, lift_id),
  CONSTRAINT contract_lifts_inspection_interval_months_check CHECK (inspection_interval_months >= 1 AND inspection_interval_months <= 24),
  CONSTRAINT contract_lifts_contract_id_fkey FOREIGN KEY (contract_id) REFERENCES contracts (id) ON DELETE CASCADE,
  CONSTRAINT contract_lifts_lift_id_fkey FOREIGN KEY (lift_id) REFERENCES lifts (id) ON DELETE RESTRICT
);

COMMENT ON TABLE work_orders IS 'Work that is to be done for somebody or on something.';

COMMENT ON COLUMN work_orders.id IS 'Identifies one row of work_orders.';

COMMENT ON COLUMN work_orders.lift_id IS 'The lift of this work order, a row of lifts.';

COMMENT ON COLUMN work_orders.order_number IS 'Order number of the work order; no two share it, because it tells one from another.';

COMMENT ON COLUMN work_orders.title IS 'Title of the work order.';

COMMENT ON COLUMN work_orders.description IS 'Description of the work order, as free text.';

COMMENT ON COLUMN work_orders.priority IS 'How urgent the work order is.';

COMMENT ON COLUMN work_orders.caller_name IS 'Caller name of the work order.';

COMMENT ON COLUMN work_orders.caller_phone IS 'Telephone number in E.164 form.';

COMMENT ON COLUMN work_orders.reported_at IS 'Moment: reported at.';

COMMENT ON COLUMN work_orders.status IS 'Where the work order stands.';

COMMENT ON COLUMN work_orders.created_at IS 'When the row was written.';

COMMENT ON COLUMN work_orders.updated_at IS 'When the row was last changed.';

COMMENT ON TABLE readings IS 'A measured value at a time. Append-only: the application''s login is granted no UPDATE on it.';

COMMENT ON COLUMN readings.id IS 'Identifies one row of readings.';

COMMENT ON COLUMN readings.lift_id IS 'The lift of this reading, a row of lifts.';

COMMENT ON COLUMN readings.time IS 'Moment: time.';

COMMENT ON COLUMN readings.door_cycles IS 'Door cycles of the reading.';

COMMENT ON COLUMN readings.trips IS 'Trips of the reading.';

COMMENT ON COLUMN readings.motor_temperature IS 'Motor temperature of the reading, as a measured value.';

COMMENT ON COLUMN readings.error_code IS 'Error code of the reading.';

COMMENT ON TABLE contract_lifts IS 'Lift of contract, with what is kept of the pair.';

COMMENT ON COLUMN contract_lifts.contract_id IS 'The contract of this contract lift, a row of contracts.';

COMMENT ON COLUMN contract_lifts.lift_id IS 'The lift of this contract lift, a row of lifts.';

COMMENT ON COLUMN contract_lifts.inspection_interval_months IS 'Inspection interval of the contract lift, in months.';

COMMENT ON COLUMN contract_lifts.created_at IS 'When the row was written.';
-- database-specialist sha256:510e617d1adac677b096a8a799e0086bba1288f65f2c1530567f52fb97b70dc7
