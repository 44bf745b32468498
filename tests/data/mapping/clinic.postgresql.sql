CREATE EXTENSION IF NOT EXISTS btree_gist;

CREATE TABLE clinics (
  id bigint GENERATED ALWAYS AS IDENTITY,
  name text NOT NULL,
  country text NOT NULL,
  opened_on date,
  CONSTRAINT clinics_pkey PRIMARY KEY (id),
  CONSTRAINT clinics_name_key UNIQUE (name),
  CONSTRAINT clinics_name_check CHECK (char_length(name) <= 200),
  CONSTRAINT clinics_country_check CHECK (country ~ '^[A-Z]{2}$')
);

CREATE TABLE people (
  id bigint GENERATED ALWAYS AS IDENTITY,
  clinic_id bigint NOT NULL,
  email text NOT NULL,
  full_name text NOT NULL,
  birth_date date,
  kind text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz,
  CONSTRAINT people_pkey PRIMARY KEY (id),
  CONSTRAINT people_clinic_id_id_key UNIQUE (clinic_id, id),
  CONSTRAINT people_email_check CHECK (email LIKE '%_@_%' AND char_length(email) <= 254),
  CONSTRAINT people_full_name_check CHECK (char_length(full_name) <= 200),
  CONSTRAINT people_kind_check CHECK (kind IN ('patient', 'doctor')),
  CONSTRAINT people_not_before_1900_check CHECK (birth_date >= '1900-01-01'),
  CONSTRAINT people_clinic_id_fkey FOREIGN KEY (clinic_id) REFERENCES clinics (id) ON DELETE RESTRICT
);

CREATE UNIQUE INDEX people_email_key ON people (clinic_id, (lower(email))) WHERE deleted_at IS NULL;

CREATE TABLE patients (
  id bigint NOT NULL,
  clinic_id bigint NOT NULL,
  insurance_no text NOT NULL,
  height_cm integer,
  CONSTRAINT patients_pkey PRIMARY KEY (id),
  CONSTRAINT patients_insurance_no_key UNIQUE (clinic_id, insurance_no),
  CONSTRAINT patients_clinic_id_id_key UNIQUE (clinic_id, id),
  CONSTRAINT patients_insurance_no_check CHECK (char_length(insurance_no) <= 64 AND insurance_no ~ '^[A-Z]\d{9}$'),
  CONSTRAINT patients_height_cm_check CHECK (height_cm >= 20 AND height_cm <= 260),
  CONSTRAINT patients_clinic_id_fkey FOREIGN KEY (clinic_id) REFERENCES clinics (id) ON DELETE RESTRICT,
  CONSTRAINT patients_id_fkey FOREIGN KEY (clinic_id, id) REFERENCES people (clinic_id, id) ON DELETE CASCADE
);

CREATE TABLE doctors (
  id bigint NOT NULL,
  clinic_id bigint NOT NULL,
  licence text NOT NULL,
  hourly_rate numeric(14,2) NOT NULL,
  currency text NOT NULL DEFAULT 'EUR',
  CONSTRAINT doctors_pkey PRIMARY KEY (id),
  CONSTRAINT doctors_licence_key UNIQUE (clinic_id, licence),
  CONSTRAINT doctors_clinic_id_id_key UNIQUE (clinic_id, id),
  CONSTRAINT doctors_licence_check CHECK (char_length(licence) <= 64),
  CONSTRAINT doctors_hourly_rate_check CHECK (hourly_rate >= 0),
  CONSTRAINT doctors_currency_check CHECK (currency ~ '^[A-Z]{3}$'),
  CONSTRAINT doctors_clinic_id_fkey FOREIGN KEY (clinic_id) REFERENCES clinics (id) ON DELETE RESTRICT,
  CONSTRAINT doctors_id_fkey FOREIGN KEY (clinic_id, id) REFERENCES people (clinic_id, id) ON DELETE CASCADE
);

CREATE TABLE rooms (
  id bigint GENERATED ALWAYS AS IDENTITY,
  clinic_id bigint NOT NULL,
  name text NOT NULL,
  room_order integer NOT NULL,
  CONSTRAINT rooms_pkey PRIMARY KEY (id),
  CONSTRAINT rooms_name_key UNIQUE (clinic_id, name),
  CONSTRAINT rooms_clinic_id_id_key UNIQUE (clinic_id, id),
  CONSTRAINT rooms_name_check CHECK (char_length(name) <= 200),
  CONSTRAINT rooms_room_order_check CHECK (room_order >= 1),
  CONSTRAINT rooms_clinic_id_fkey FOREIGN KEY (clinic_id) REFERENCES clinics (id) ON DELETE RESTRICT
);

CREATE TABLE appointments (
  id bigint GENERATED ALWAYS AS IDENTITY,
  clinic_id bigint NOT NULL,
  patient_id bigint NOT NULL,
  doctor_id bigint NOT NULL,
  room_id bigint,
  starts_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL,
  status text NOT NULL DEFAULT 'booked',
  net numeric(14,2) NOT NULL,
  tax_percent numeric(5,2) NOT NULL DEFAULT 19,
  gross numeric(14,2) GENERATED ALWAYS AS (net * (1 + tax_percent / 100)) STORED NOT NULL,
  reminder interval,
  notes text,
  CONSTRAINT appointments_pkey PRIMARY KEY (id),
  CONSTRAINT appointments_status_check CHECK (status IN ('booked', 'held', 'cancelled')),
  CONSTRAINT appointments_net_check CHECK (net >= 0),
  CONSTRAINT appointments_tax_percent_check CHECK (tax_percent >= 0 AND tax_percent <= 100),
  CONSTRAINT appointments_ends_after_start_check CHECK (ends_at > starts_at),
  CONSTRAINT appointments_clinic_id_fkey FOREIGN KEY (clinic_id) REFERENCES clinics (id) ON DELETE RESTRICT,
  CONSTRAINT appointments_patient_id_fkey FOREIGN KEY (clinic_id, patient_id) REFERENCES patients (clinic_id, id) ON DELETE RESTRICT,
  CONSTRAINT appointments_doctor_id_fkey FOREIGN KEY (clinic_id, doctor_id) REFERENCES doctors (clinic_id, id) ON DELETE RESTRICT,
  CONSTRAINT appointments_room_id_fkey FOREIGN KEY (clinic_id, room_id) REFERENCES rooms (clinic_id, id) ON DELETE SET NULL (room_id),
  CONSTRAINT appointments_doctor_not_double_booked_excl EXCLUDE USING gist (int8range(doctor_id, doctor_id, '[]') WITH &&, (tstzrange(starts_at, ends_at, '[)')) WITH &&) WHERE (status <> 'cancelled')
);

CREATE TABLE appointment_items (
  appointment_id bigint NOT NULL,
  line_no integer NOT NULL,
  service_code text NOT NULL,
  service_name text NOT NULL,
  amount numeric(14,2) NOT NULL,
  CONSTRAINT appointment_items_pkey PRIMARY KEY (appointment_id, line_no),
  CONSTRAINT appointment_items_line_no_check CHECK (line_no >= 1),
  CONSTRAINT appointment_items_service_code_check CHECK (char_length(service_code) <= 64),
  CONSTRAINT appointment_items_service_name_check CHECK (char_length(service_name) <= 200),
  CONSTRAINT appointment_items_appointment_id_fkey FOREIGN KEY (appointment_id) REFERENCES appointments (id) ON DELETE CASCADE
);

CREATE TABLE skills (
  id bigint GENERATED ALWAYS AS IDENTITY,
  name text NOT NULL,
  CONSTRAINT skills_pkey PRIMARY KEY (id),
  CONSTRAINT skills_name_key UNIQUE (name),
  CONSTRAINT skills_name_check CHECK (char_length(name) <= 200)
);

CREATE TABLE teams (
  id bigint GENERATED ALWAYS AS IDENTITY,
  name text NOT NULL,
  CONSTRAINT teams_pkey PRIMARY KEY (id),
  CONSTRAINT teams_name_key UNIQUE (name),
  CONSTRAINT teams_name_check CHECK (char_length(name) <= 200)
);

CREATE TABLE shifts (
  doctor_id bigint NOT NULL,
  team_id bigint NOT NULL,
  role text NOT NULL,
  CONSTRAINT shifts_pkey PRIMARY KEY (doctor_id, team_id),
  CONSTRAINT shifts_role_check CHECK (role IN ('lead', 'support')),
  CONSTRAINT shifts_doctor_id_fkey FOREIGN KEY (doctor_id) REFERENCES doctors (id) ON DELETE RESTRICT,
  CONSTRAINT shifts_team_id_fkey FOREIGN KEY (team_id) REFERENCES teams (id) ON DELETE RESTRICT
);

CREATE UNIQUE INDEX shifts_one_lead_key ON shifts (team_id) WHERE role = 'lead';

CREATE TABLE devices (
  id uuid NOT NULL DEFAULT uuidv7(),
  serial text NOT NULL,
  address inet,
  settings jsonb NOT NULL DEFAULT '{}',
  labels text[],
  place point,
  calibrated tstzrange,
  leased daterange,
  opens time,
  firmware bytea,
  active boolean NOT NULL DEFAULT true,
  weight numeric(17,3) NOT NULL,
  CONSTRAINT devices_pkey PRIMARY KEY (id),
  CONSTRAINT devices_serial_key UNIQUE (serial),
  CONSTRAINT devices_serial_check CHECK (char_length(serial) <= 64),
  CONSTRAINT devices_weight_check CHECK (weight > 0),
  CONSTRAINT devices_lease_no_overlap_excl EXCLUDE USING gist (serial WITH =, leased WITH &&)
);

CREATE TABLE readings (
  id bigint GENERATED ALWAYS AS IDENTITY,
  device_id uuid NOT NULL,
  taken_at timestamptz NOT NULL DEFAULT now(),
  value numeric(18,4) NOT NULL,
  unit text NOT NULL,
  CONSTRAINT readings_pkey PRIMARY KEY (id, taken_at),
  CONSTRAINT readings_unit_check CHECK (char_length(unit) <= 64),
  CONSTRAINT readings_device_id_fkey FOREIGN KEY (device_id) REFERENCES devices (id) ON DELETE RESTRICT
) PARTITION BY RANGE (taken_at);

CREATE TABLE readings_2026_01 PARTITION OF readings FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');

CREATE TABLE readings_2026_02 PARTITION OF readings FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');

CREATE TABLE readings_2026_03 PARTITION OF readings FOR VALUES FROM ('2026-03-01') TO ('2026-04-01');

CREATE TABLE readings_2026_04 PARTITION OF readings FOR VALUES FROM ('2026-04-01') TO ('2026-05-01');

CREATE TABLE readings_2026_05 PARTITION OF readings FOR VALUES FROM ('2026-05-01') TO ('2026-06-01');

CREATE TABLE readings_2026_06 PARTITION OF readings FOR VALUES FROM ('2026-06-01') TO ('2026-07-01');

CREATE TABLE readings_2026_07 PARTITION OF readings FOR VALUES FROM ('2026-07-01') TO ('2026-08-01');

CREATE TABLE readings_2026_08 PARTITION OF readings FOR VALUES FROM ('2026-08-01') TO ('2026-09-01');

CREATE TABLE readings_2026_09 PARTITION OF readings FOR VALUES FROM ('2026-09-01') TO ('2026-10-01');

CREATE TABLE readings_2026_10 PARTITION OF readings FOR VALUES FROM ('2026-10-01') TO ('2026-11-01');

CREATE TABLE readings_2026_11 PARTITION OF readings FOR VALUES FROM ('2026-11-01') TO ('2026-12-01');

CREATE TABLE readings_2026_12 PARTITION OF readings FOR VALUES FROM ('2026-12-01') TO ('2027-01-01');

CREATE TABLE readings_default PARTITION OF readings DEFAULT;

CREATE TABLE audit_entries (
  id bigint GENERATED ALWAYS AS IDENTITY,
  actor_id bigint,
  action text NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  before jsonb,
  CONSTRAINT audit_entries_pkey PRIMARY KEY (id),
  CONSTRAINT audit_entries_action_check CHECK (char_length(action) <= 64),
  CONSTRAINT audit_entries_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES people (id) ON DELETE SET NULL
);

CREATE TABLE folders (
  id bigint GENERATED ALWAYS AS IDENTITY,
  clinic_id bigint NOT NULL,
  parent_id bigint,
  name text NOT NULL,
  deleted_at timestamptz,
  CONSTRAINT folders_pkey PRIMARY KEY (id),
  CONSTRAINT folders_clinic_id_id_key UNIQUE (clinic_id, id),
  CONSTRAINT folders_name_check CHECK (char_length(name) <= 200),
  CONSTRAINT folders_no_self_parent_check CHECK (parent_id <> id),
  CONSTRAINT folders_clinic_id_fkey FOREIGN KEY (clinic_id) REFERENCES clinics (id) ON DELETE RESTRICT,
  CONSTRAINT folders_parent_id_fkey FOREIGN KEY (clinic_id, parent_id) REFERENCES folders (clinic_id, id) ON DELETE CASCADE
);

CREATE UNIQUE INDEX folders_parent_id_name_key ON folders (clinic_id, parent_id, name) NULLS NOT DISTINCT WHERE deleted_at IS NULL;

CREATE TABLE logins (
  id bigint GENERATED ALWAYS AS IDENTITY,
  person_id bigint NOT NULL,
  password_hash text NOT NULL,
  last_seen timestamptz,
  CONSTRAINT logins_pkey PRIMARY KEY (id),
  CONSTRAINT logins_person_id_key UNIQUE (person_id),
  CONSTRAINT logins_password_hash_check CHECK (char_length(password_hash) <= 255),
  CONSTRAINT logins_person_id_fkey FOREIGN KEY (person_id) REFERENCES people (id) ON DELETE CASCADE
);

CREATE TABLE doctor_skills (
  doctor_id bigint NOT NULL,
  skill_id bigint NOT NULL,
  CONSTRAINT doctor_skills_pkey PRIMARY KEY (doctor_id, skill_id),
  CONSTRAINT doctor_skills_doctor_id_fkey FOREIGN KEY (doctor_id) REFERENCES doctors (id) ON DELETE CASCADE,
  CONSTRAINT doctor_skills_skill_id_fkey FOREIGN KEY (skill_id) REFERENCES skills (id) ON DELETE CASCADE
);

CREATE TABLE documents (
  id bigint GENERATED ALWAYS AS IDENTITY,
  clinic_id bigint NOT NULL,
  folder_id bigint NOT NULL,
  current_revision_id bigint,
  title text NOT NULL,
  slug text NOT NULL,
  language text NOT NULL DEFAULT 'de',
  file text NOT NULL,
  link text,
  phone text,
  big bigint NOT NULL DEFAULT 0,
  CONSTRAINT documents_pkey PRIMARY KEY (id),
  CONSTRAINT documents_clinic_id_id_key UNIQUE (clinic_id, id),
  CONSTRAINT documents_slug_key UNIQUE (clinic_id, slug),
  CONSTRAINT documents_title_check CHECK (char_length(title) <= 2000),
  CONSTRAINT documents_slug_check CHECK (char_length(slug) <= 200),
  CONSTRAINT documents_language_check CHECK (char_length(language) <= 35),
  CONSTRAINT documents_file_check CHECK (char_length(file) <= 1024),
  CONSTRAINT documents_link_check CHECK (char_length(link) <= 2048),
  CONSTRAINT documents_phone_check CHECK (char_length(phone) <= 32),
  CONSTRAINT documents_clinic_id_fkey FOREIGN KEY (clinic_id) REFERENCES clinics (id) ON DELETE RESTRICT,
  CONSTRAINT documents_folder_id_fkey FOREIGN KEY (clinic_id, folder_id) REFERENCES folders (clinic_id, id) ON DELETE RESTRICT
);

CREATE TABLE revisions (
  id bigint GENERATED ALWAYS AS IDENTITY,
  clinic_id bigint NOT NULL,
  document_id bigint NOT NULL,
  number integer NOT NULL,
  body text NOT NULL,
  CONSTRAINT revisions_pkey PRIMARY KEY (id),
  CONSTRAINT revisions_clinic_id_id_key UNIQUE (clinic_id, id),
  CONSTRAINT revisions_number_check CHECK (number >= 1),
  CONSTRAINT revisions_clinic_id_fkey FOREIGN KEY (clinic_id) REFERENCES clinics (id) ON DELETE RESTRICT,
  CONSTRAINT revisions_document_id_fkey FOREIGN KEY (clinic_id, document_id) REFERENCES documents (clinic_id, id) ON DELETE CASCADE
);

CREATE TABLE document_related_documents (
  clinic_id bigint NOT NULL,
  document_id bigint NOT NULL,
  related_id bigint NOT NULL,
  CONSTRAINT document_related_documents_pkey PRIMARY KEY (document_id, related_id),
  CONSTRAINT document_related_documents_document_id_fkey FOREIGN KEY (clinic_id, document_id) REFERENCES documents (clinic_id, id) ON DELETE CASCADE,
  CONSTRAINT document_related_documents_related_id_fkey FOREIGN KEY (clinic_id, related_id) REFERENCES documents (clinic_id, id) ON DELETE CASCADE
);

ALTER TABLE documents ADD CONSTRAINT documents_current_revision_id_fkey FOREIGN KEY (clinic_id, current_revision_id) REFERENCES revisions (clinic_id, id) ON DELETE SET NULL (current_revision_id) DEFERRABLE INITIALLY DEFERRED;

CREATE FUNCTION set_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.updated_at := now();
  RETURN NEW;
END
$$;

CREATE FUNCTION people_born_in_the_past_check() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT (NEW.birth_date <= CURRENT_DATE) THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'people_born_in_the_past_check',
      TABLE = 'people', MESSAGE = 'Born in the past.';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER people_born_in_the_past_check BEFORE INSERT OR UPDATE OF birth_date ON people
  FOR EACH ROW EXECUTE FUNCTION people_born_in_the_past_check();

CREATE FUNCTION appointments_appointment_states() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.status IS DISTINCT FROM OLD.status AND NOT ((OLD.status = 'booked' AND NEW.status IN ('held', 'cancelled'))) THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'appointments_appointment_states',
      TABLE = 'appointments', MESSAGE = 'Appointment states.';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER appointments_appointment_states BEFORE UPDATE OF status ON appointments
  FOR EACH ROW EXECUTE FUNCTION appointments_appointment_states();

CREATE TRIGGER people_updated_at_touch BEFORE UPDATE ON people
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
  EXECUTE FUNCTION set_updated_at();

CREATE FUNCTION people_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.created_at IS DISTINCT FROM OLD.created_at THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'people_immutable',
      TABLE = 'people', MESSAGE = 'created_at of people cannot change once written';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER people_immutable BEFORE UPDATE OF created_at ON people
  FOR EACH ROW EXECUTE FUNCTION people_immutable();

CREATE FUNCTION audit_entries_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.action IS DISTINCT FROM OLD.action OR NEW.at IS DISTINCT FROM OLD.at OR NEW.before IS DISTINCT FROM OLD.before OR (NEW.actor_id IS NOT NULL AND NEW.actor_id IS DISTINCT FROM OLD.actor_id) THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'audit_entries_append_only',
      TABLE = 'audit_entries', MESSAGE = 'audit_entries is append-only: what it says is never changed';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER audit_entries_append_only BEFORE UPDATE ON audit_entries
  FOR EACH ROW EXECUTE FUNCTION audit_entries_append_only();

CREATE FUNCTION audit_entries_no_delete() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF 1 = 1 THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'audit_entries_no_delete',
      TABLE = 'audit_entries', MESSAGE = 'audit_entries is append-only: its rows are not deleted one by one';
  END IF;
  RETURN OLD;
END
$$;

CREATE TRIGGER audit_entries_no_delete BEFORE DELETE ON audit_entries
  FOR EACH ROW EXECUTE FUNCTION audit_entries_no_delete();

CREATE FUNCTION appointment_items_appointment_limit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM appointments WHERE id = NEW.appointment_id FOR UPDATE;
  IF (SELECT count(*) FROM appointment_items AS other WHERE other.appointment_id = NEW.appointment_id) > 20 THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'appointment_items_appointment_limit',
      TABLE = 'appointment_items', MESSAGE = 'a row of appointments has at most 20 appointment_items';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER appointment_items_appointment_limit AFTER INSERT OR UPDATE OF appointment_id ON appointment_items
  FOR EACH ROW EXECUTE FUNCTION appointment_items_appointment_limit();

CREATE FUNCTION appointment_items_appointment_minimum() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  owner bigint;
BEGIN
  IF TG_OP = 'INSERT' THEN owner := NEW.id; ELSE owner := OLD.appointment_id; END IF;
  PERFORM 1 FROM appointments WHERE id = owner FOR UPDATE;
  IF FOUND AND (SELECT count(*) FROM (SELECT 1 FROM appointment_items WHERE appointment_id = owner LIMIT 1) AS found) < 1 THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'appointment_items_appointment_minimum',
      TABLE = 'appointments', MESSAGE = 'a row of appointments has at least 1 appointment_items';
  END IF;
  RETURN NULL;
END
$$;

CREATE CONSTRAINT TRIGGER appointment_items_appointment_minimum AFTER INSERT ON appointments
  DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION appointment_items_appointment_minimum();

CREATE CONSTRAINT TRIGGER appointment_items_appointment_minimum AFTER DELETE OR UPDATE OF appointment_id ON appointment_items
  DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION appointment_items_appointment_minimum();

ALTER TABLE people ENABLE ROW LEVEL SECURITY;

ALTER TABLE patients ENABLE ROW LEVEL SECURITY;

ALTER TABLE doctors ENABLE ROW LEVEL SECURITY;

ALTER TABLE rooms ENABLE ROW LEVEL SECURITY;

ALTER TABLE appointments ENABLE ROW LEVEL SECURITY;

ALTER TABLE folders ENABLE ROW LEVEL SECURITY;

ALTER TABLE documents ENABLE ROW LEVEL SECURITY;

ALTER TABLE revisions ENABLE ROW LEVEL SECURITY;

ALTER TABLE document_related_documents ENABLE ROW LEVEL SECURITY;

CREATE POLICY people_tenant_policy ON people
  USING (clinic_id = nullif(current_setting('app.clinic_id', true), '')::bigint)
  WITH CHECK (clinic_id = nullif(current_setting('app.clinic_id', true), '')::bigint);

CREATE POLICY patients_tenant_policy ON patients
  USING (clinic_id = nullif(current_setting('app.clinic_id', true), '')::bigint)
  WITH CHECK (clinic_id = nullif(current_setting('app.clinic_id', true), '')::bigint);

CREATE POLICY doctors_tenant_policy ON doctors
  USING (clinic_id = nullif(current_setting('app.clinic_id', true), '')::bigint)
  WITH CHECK (clinic_id = nullif(current_setting('app.clinic_id', true), '')::bigint);

CREATE POLICY rooms_tenant_policy ON rooms
  USING (clinic_id = nullif(current_setting('app.clinic_id', true), '')::bigint)
  WITH CHECK (clinic_id = nullif(current_setting('app.clinic_id', true), '')::bigint);

CREATE POLICY appointments_tenant_policy ON appointments
  USING (clinic_id = nullif(current_setting('app.clinic_id', true), '')::bigint)
  WITH CHECK (clinic_id = nullif(current_setting('app.clinic_id', true), '')::bigint);

CREATE POLICY folders_tenant_policy ON folders
  USING (clinic_id = nullif(current_setting('app.clinic_id', true), '')::bigint)
  WITH CHECK (clinic_id = nullif(current_setting('app.clinic_id', true), '')::bigint);

CREATE POLICY documents_tenant_policy ON documents
  USING (clinic_id = nullif(current_setting('app.clinic_id', true), '')::bigint)
  WITH CHECK (clinic_id = nullif(current_setting('app.clinic_id', true), '')::bigint);

CREATE POLICY revisions_tenant_policy ON revisions
  USING (clinic_id = nullif(current_setting('app.clinic_id', true), '')::bigint)
  WITH CHECK (clinic_id = nullif(current_setting('app.clinic_id', true), '')::bigint);

CREATE POLICY document_related_documents_tenant_policy ON document_related_documents
  USING (clinic_id = nullif(current_setting('app.clinic_id', true), '')::bigint)
  WITH CHECK (clinic_id = nullif(current_setting('app.clinic_id', true), '')::bigint);

COMMENT ON TABLE clinics IS 'A practice that uses the system.';

COMMENT ON COLUMN clinics.id IS 'Identifies one row of clinics.';

COMMENT ON COLUMN clinics.name IS 'The name.';

COMMENT ON COLUMN clinics.country IS 'The country.';

COMMENT ON COLUMN clinics.opened_on IS 'The opened on.';

COMMENT ON TABLE people IS 'Somebody known to a clinic.';

COMMENT ON COLUMN people.id IS 'Identifies one row of people.';

COMMENT ON COLUMN people.clinic_id IS 'The clinic of this person, a row of clinics.';

COMMENT ON COLUMN people.email IS 'The email.';

COMMENT ON COLUMN people.full_name IS 'The full name.';

COMMENT ON COLUMN people.birth_date IS 'The birth date.';

COMMENT ON COLUMN people.kind IS 'The kind.';

COMMENT ON COLUMN people.created_at IS 'The created at.';

COMMENT ON COLUMN people.updated_at IS 'The updated at.';

COMMENT ON COLUMN people.deleted_at IS 'When the row was deleted; null while it lives.';

COMMENT ON TABLE patients IS 'A person who is treated.';

COMMENT ON COLUMN patients.id IS 'Identifies one row of patients.';

COMMENT ON COLUMN patients.clinic_id IS 'The clinic that this row belongs to.';

COMMENT ON COLUMN patients.insurance_no IS 'The insurance no.';

COMMENT ON COLUMN patients.height_cm IS 'The height cm.';

COMMENT ON TABLE doctors IS 'A person who treats.';

COMMENT ON COLUMN doctors.id IS 'Identifies one row of doctors.';

COMMENT ON COLUMN doctors.clinic_id IS 'The clinic that this row belongs to.';

COMMENT ON COLUMN doctors.licence IS 'The licence.';

COMMENT ON COLUMN doctors.hourly_rate IS 'The hourly rate.';

COMMENT ON COLUMN doctors.currency IS 'The currency.';

COMMENT ON TABLE rooms IS 'A room of a clinic.';

COMMENT ON COLUMN rooms.id IS 'Identifies one row of rooms.';

COMMENT ON COLUMN rooms.clinic_id IS 'The clinic of this room, a row of clinics.';

COMMENT ON COLUMN rooms.name IS 'The name.';

COMMENT ON COLUMN rooms.room_order IS 'The order.';

COMMENT ON TABLE appointments IS 'A time set aside for a patient with a doctor.';

COMMENT ON COLUMN appointments.id IS 'Identifies one row of appointments.';

COMMENT ON COLUMN appointments.clinic_id IS 'The clinic that this row belongs to.';

COMMENT ON COLUMN appointments.patient_id IS 'The patient of this appointment, a row of patients.';

COMMENT ON COLUMN appointments.doctor_id IS 'The doctor of this appointment, a row of doctors.';

COMMENT ON COLUMN appointments.room_id IS 'The room of this appointment, a row of rooms; null when there is none.';

COMMENT ON COLUMN appointments.starts_at IS 'The starts at.';

COMMENT ON COLUMN appointments.ends_at IS 'The ends at.';

COMMENT ON COLUMN appointments.status IS 'The status.';

COMMENT ON COLUMN appointments.net IS 'The net.';

COMMENT ON COLUMN appointments.tax_percent IS 'The tax percent.';

COMMENT ON COLUMN appointments.gross IS 'The gross.';

COMMENT ON COLUMN appointments.reminder IS 'The reminder.';

COMMENT ON COLUMN appointments.notes IS 'The notes.';

COMMENT ON TABLE appointment_items IS 'One service of an appointment.';

COMMENT ON COLUMN appointment_items.appointment_id IS 'The appointment of this appointment item, a row of appointments.';

COMMENT ON COLUMN appointment_items.line_no IS 'The line no.';

COMMENT ON COLUMN appointment_items.service_code IS 'The service code.';

COMMENT ON COLUMN appointment_items.service_name IS 'The service name.';

COMMENT ON COLUMN appointment_items.amount IS 'The amount.';

COMMENT ON TABLE skills IS 'Something a doctor can do.';

COMMENT ON COLUMN skills.id IS 'Identifies one row of skills.';

COMMENT ON COLUMN skills.name IS 'The name.';

COMMENT ON TABLE teams IS 'Doctors who work together.';

COMMENT ON COLUMN teams.id IS 'Identifies one row of teams.';

COMMENT ON COLUMN teams.name IS 'The name.';

COMMENT ON TABLE shifts IS 'A doctor on a team.';

COMMENT ON COLUMN shifts.doctor_id IS 'The doctor of this shift, a row of doctors.';

COMMENT ON COLUMN shifts.team_id IS 'The team of this shift, a row of teams.';

COMMENT ON COLUMN shifts.role IS 'The role.';

COMMENT ON TABLE devices IS 'A device that works offline.';

COMMENT ON COLUMN devices.id IS 'The id.';

COMMENT ON COLUMN devices.serial IS 'The serial.';

COMMENT ON COLUMN devices.address IS 'The address.';

COMMENT ON COLUMN devices.settings IS 'The settings.';

COMMENT ON COLUMN devices.labels IS 'The labels.';

COMMENT ON COLUMN devices.place IS 'The place.';

COMMENT ON COLUMN devices.calibrated IS 'The calibrated.';

COMMENT ON COLUMN devices.leased IS 'The leased.';

COMMENT ON COLUMN devices.opens IS 'The opens.';

COMMENT ON COLUMN devices.firmware IS 'The firmware.';

COMMENT ON COLUMN devices.active IS 'The active.';

COMMENT ON COLUMN devices.weight IS 'The weight.';

COMMENT ON TABLE readings IS 'A value that a device sent. Append-only: the application''s login is granted no UPDATE on it.';

COMMENT ON COLUMN readings.id IS 'Identifies one row of readings.';

COMMENT ON COLUMN readings.device_id IS 'The device of this reading, a row of devices.';

COMMENT ON COLUMN readings.taken_at IS 'The taken at.';

COMMENT ON COLUMN readings.value IS 'The value.';

COMMENT ON COLUMN readings.unit IS 'The unit.';

COMMENT ON TABLE audit_entries IS 'Who did what. Append-only: the application''s login is granted no UPDATE on it.';

COMMENT ON COLUMN audit_entries.id IS 'Identifies one row of audit_entries.';

COMMENT ON COLUMN audit_entries.actor_id IS 'The actor of this audit entry, a row of people; null when there is none.';

COMMENT ON COLUMN audit_entries.action IS 'The action.';

COMMENT ON COLUMN audit_entries.at IS 'The at.';

COMMENT ON COLUMN audit_entries.before IS 'The before.';

COMMENT ON TABLE folders IS 'A place for documents.';

COMMENT ON COLUMN folders.id IS 'Identifies one row of folders.';

COMMENT ON COLUMN folders.clinic_id IS 'The clinic that this row belongs to.';

COMMENT ON COLUMN folders.parent_id IS 'The parent of this folder, a row of folders; null when there is none.';

COMMENT ON COLUMN folders.name IS 'The name.';

COMMENT ON COLUMN folders.deleted_at IS 'When the row was deleted; null while it lives.';

COMMENT ON TABLE logins IS 'How a person gets in.';

COMMENT ON COLUMN logins.id IS 'Identifies one row of logins.';

COMMENT ON COLUMN logins.person_id IS 'The person of this login, a row of people.';

COMMENT ON COLUMN logins.password_hash IS 'The password hash.';

COMMENT ON COLUMN logins.last_seen IS 'The last seen.';

COMMENT ON TABLE doctor_skills IS 'Which skills each row of doctors has as skill, and the reverse.';

COMMENT ON COLUMN doctor_skills.doctor_id IS 'A row of doctors.';

COMMENT ON COLUMN doctor_skills.skill_id IS 'A row of skills.';

COMMENT ON TABLE documents IS 'A document.';

COMMENT ON COLUMN documents.id IS 'Identifies one row of documents.';

COMMENT ON COLUMN documents.clinic_id IS 'The clinic that this row belongs to.';

COMMENT ON COLUMN documents.folder_id IS 'The folder of this document, a row of folders.';

COMMENT ON COLUMN documents.current_revision_id IS 'The current revision of this document, a row of revisions; null when there is none.';

COMMENT ON COLUMN documents.title IS 'The title.';

COMMENT ON COLUMN documents.slug IS 'The slug.';

COMMENT ON COLUMN documents.language IS 'The language.';

COMMENT ON COLUMN documents.file IS 'The file.';

COMMENT ON COLUMN documents.link IS 'The link.';

COMMENT ON COLUMN documents.phone IS 'The phone.';

COMMENT ON COLUMN documents.big IS 'The big.';

COMMENT ON TABLE revisions IS 'A version of a document.';

COMMENT ON COLUMN revisions.id IS 'Identifies one row of revisions.';

COMMENT ON COLUMN revisions.clinic_id IS 'The clinic that this row belongs to.';

COMMENT ON COLUMN revisions.document_id IS 'The document of this revision, a row of documents.';

COMMENT ON COLUMN revisions.number IS 'The number.';

COMMENT ON COLUMN revisions.body IS 'The body.';

COMMENT ON TABLE document_related_documents IS 'Which documents each row of documents has as related, and the reverse.';

COMMENT ON COLUMN document_related_documents.clinic_id IS 'The clinic that both sides belong to.';

COMMENT ON COLUMN document_related_documents.document_id IS 'A row of documents.';

COMMENT ON COLUMN document_related_documents.related_id IS 'A row of documents.';
