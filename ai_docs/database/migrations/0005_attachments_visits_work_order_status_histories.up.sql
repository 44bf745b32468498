SET lock_timeout = '5s';

CREATE TABLE attachments (
  id bigint GENERATED ALWAYS AS IDENTITY,
  work_order_id bigint NOT NULL,
  file_name text NOT NULL,
  content_type text NOT NULL,
  size numeric(17,3) NOT NULL,
  storage_key text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT attachments_pkey PRIMARY KEY (id),
  CONSTRAINT attachments_file_name_check CHECK (char_length(file_name) <= 200),
  CONSTRAINT attachments_content_type_check CHECK (char_length(content_type) <= 60),
  CONSTRAINT attachments_storage_key_check CHECK (char_length(storage_key) <= 512),
  CONSTRAINT attachments_work_order_id_fkey FOREIGN KEY (work_order_id) REFERENCES work_orders (id) ON DELETE CASCADE
);

CREATE TABLE visits (
  id bigint GENERATED ALWAYS AS IDENTITY,
  technician_id bigint NOT NULL,
  work_order_id bigint NOT NULL,
  planned_start timestamptz NOT NULL,
  planned_end timestamptz NOT NULL,
  actual_start timestamptz,
  actual_end timestamptz,
  work_report text NOT NULL,
  signature_file text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT visits_pkey PRIMARY KEY (id),
  CONSTRAINT visits_signature_file_check CHECK (char_length(signature_file) <= 512),
  CONSTRAINT visits_visit_planned_end_after_planned_start_check CHECK (planned_end > planned_start),
  CONSTRAINT visits_visit_actual_end_after_actual_start_check CHECK (actual_end > actual_start),
  CONSTRAINT visits_technician_id_fkey FOREIGN KEY (technician_id) REFERENCES technicians (id) ON DELETE RESTRICT,
  CONSTRAINT visits_work_order_id_fkey FOREIGN KEY (work_order_id) REFERENCES work_orders (id) ON DELETE RESTRICT,
  CONSTRAINT visits_visit_technician_no_overlap_excl EXCLUDE USING gist (int8range(technician_id, technician_id, '[]') WITH &&, (tstzrange(planned_start, planned_end, '[)')) WITH &&)
);

CREATE TABLE work_order_status_histories (
  id bigint GENERATED ALWAYS AS IDENTITY,
  work_order_id bigint NOT NULL,
  changed_by_id bigint,
  from_status text,
  to_status text NOT NULL,
  reason text,
  changed_at timestamptz NOT NULL,
  CONSTRAINT work_order_status_histories_pkey PRIMARY KEY (id),
  CONSTRAINT work_order_status_histories_from_status_check CHECK (from_status IN ('open', 'planned', 'in_progress', 'done', 'invoiced', 'cancelled')),
  CONSTRAINT work_order_status_histories_to_status_check CHECK (to_status IN ('open', 'planned', 'in_progress', 'done', 'invoiced', 'cancelled')),
  CONSTRAINT work_order_status_histories_reason_check CHECK (char_length(reason) <= 500),
  CONSTRAINT work_order_status_histories_work_order_id_fkey FOREIGN KEY (work_order_id) REFERENCES work_orders (id) ON DELETE CASCADE,
  CONSTRAINT work_order_status_histories_changed_by_id_fkey FOREIGN KEY (changed_by_id) REFERENCES users (id) ON DELETE SET NULL
);

COMMENT ON TABLE attachments IS 'A file that hangs on another record.';

COMMENT ON COLUMN attachments.id IS 'Identifies one row of attachments.';

COMMENT ON COLUMN attachments.work_order_id IS 'The work order of this attachment, a row of work_orders.';

COMMENT ON COLUMN attachments.file_name IS 'File name of the attachment.';

COMMENT ON COLUMN attachments.content_type IS 'Content type of the attachment.';

COMMENT ON COLUMN attachments.size IS 'Size of the attachment, as a measured value.';

COMMENT ON COLUMN attachments.storage_key IS 'Key of the file in object storage (storage key).';

COMMENT ON COLUMN attachments.created_at IS 'When the row was written.';

COMMENT ON COLUMN attachments.updated_at IS 'When the row was last changed.';

COMMENT ON TABLE visits IS 'Visit: Technicians report a visit: actual start, actual end, a work report and the signature file.';

COMMENT ON COLUMN visits.id IS 'Identifies one row of visits.';

COMMENT ON COLUMN visits.technician_id IS 'The technician of this visit, a row of technicians.';

COMMENT ON COLUMN visits.work_order_id IS 'The work order of this visit, a row of work_orders.';

COMMENT ON COLUMN visits.planned_start IS 'Moment: planned start.';

COMMENT ON COLUMN visits.planned_end IS 'Moment: planned end.';

COMMENT ON COLUMN visits.actual_start IS 'Moment: actual start.';

COMMENT ON COLUMN visits.actual_end IS 'Moment: actual end.';

COMMENT ON COLUMN visits.work_report IS 'Work report of the visit, as free text.';

COMMENT ON COLUMN visits.signature_file IS 'Key of the file in object storage (signature file).';

COMMENT ON COLUMN visits.created_at IS 'When the row was written.';

COMMENT ON COLUMN visits.updated_at IS 'When the row was last changed.';

COMMENT ON TABLE work_order_status_histories IS 'The states that work order rows went through. Append-only: the application''s login is granted no UPDATE on it.';

COMMENT ON COLUMN work_order_status_histories.id IS 'Identifies one row of work_order_status_histories.';

COMMENT ON COLUMN work_order_status_histories.work_order_id IS 'The work order of this work order status history, a row of work_orders.';

COMMENT ON COLUMN work_order_status_histories.changed_by_id IS 'The changed by of this work order status history, a row of users; null when there is none.';

COMMENT ON COLUMN work_order_status_histories.from_status IS 'From status of the work order status history.';

COMMENT ON COLUMN work_order_status_histories.to_status IS 'To status of the work order status history.';

COMMENT ON COLUMN work_order_status_histories.reason IS 'Reason in a sentence.';

COMMENT ON COLUMN work_order_status_histories.changed_at IS 'Moment: changed at.';
-- database-specialist sha256:842e82dd7dfe61e314d4e8d2cce0ae3af5075484ad4a56b9c111b3421b1a46be
