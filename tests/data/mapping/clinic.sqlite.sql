PRAGMA foreign_keys = ON;

CREATE TABLE clinics (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  country TEXT NOT NULL,
  opened_on TEXT,
  CONSTRAINT clinics_name_key UNIQUE (name),
  CONSTRAINT clinics_name_check CHECK (length(name) <= 200),
  CONSTRAINT clinics_country_check CHECK (country GLOB '[A-Z][A-Z]'),
  CONSTRAINT clinics_opened_on_check CHECK (opened_on IS date(opened_on))
) STRICT;

CREATE TABLE people (
  id INTEGER PRIMARY KEY,
  clinic_id INTEGER NOT NULL,
  email TEXT NOT NULL,
  full_name TEXT NOT NULL,
  birth_date TEXT,
  kind TEXT NOT NULL,
  created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
  updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
  deleted_at TEXT,
  CONSTRAINT people_clinic_id_id_key UNIQUE (clinic_id, id),
  CONSTRAINT people_email_check CHECK (email LIKE '%_@_%' AND length(email) <= 254),
  CONSTRAINT people_full_name_check CHECK (length(full_name) <= 200),
  CONSTRAINT people_birth_date_check CHECK (birth_date IS date(birth_date)),
  CONSTRAINT people_kind_check CHECK (kind IN ('patient', 'doctor')),
  CONSTRAINT people_created_at_check CHECK (created_at IS strftime('%Y-%m-%dT%H:%M:%SZ', created_at)),
  CONSTRAINT people_updated_at_check CHECK (updated_at IS strftime('%Y-%m-%dT%H:%M:%SZ', updated_at)),
  CONSTRAINT people_not_before_1900_check CHECK (birth_date >= '1900-01-01'),
  CONSTRAINT people_clinic_id_fkey FOREIGN KEY (clinic_id) REFERENCES clinics (id) ON DELETE RESTRICT
) STRICT;

CREATE UNIQUE INDEX people_email_key ON people (clinic_id, (lower(email))) WHERE deleted_at IS NULL;

CREATE TABLE patients (
  id INTEGER NOT NULL,
  clinic_id INTEGER NOT NULL,
  insurance_no TEXT NOT NULL,
  height_cm INTEGER,
  CONSTRAINT patients_pkey PRIMARY KEY (id),
  CONSTRAINT patients_insurance_no_key UNIQUE (clinic_id, insurance_no),
  CONSTRAINT patients_clinic_id_id_key UNIQUE (clinic_id, id),
  CONSTRAINT patients_insurance_no_check CHECK (length(insurance_no) <= 64 AND insurance_no GLOB '[A-Z][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]'),
  CONSTRAINT patients_height_cm_check CHECK (height_cm >= 20 AND height_cm <= 260),
  CONSTRAINT patients_clinic_id_fkey FOREIGN KEY (clinic_id) REFERENCES clinics (id) ON DELETE RESTRICT,
  CONSTRAINT patients_id_fkey FOREIGN KEY (clinic_id, id) REFERENCES people (clinic_id, id) ON DELETE CASCADE
) STRICT;

CREATE TABLE doctors (
  id INTEGER NOT NULL,
  clinic_id INTEGER NOT NULL,
  licence TEXT NOT NULL,
  hourly_rate REAL NOT NULL,
  currency TEXT NOT NULL DEFAULT 'EUR',
  CONSTRAINT doctors_pkey PRIMARY KEY (id),
  CONSTRAINT doctors_licence_key UNIQUE (clinic_id, licence),
  CONSTRAINT doctors_clinic_id_id_key UNIQUE (clinic_id, id),
  CONSTRAINT doctors_licence_check CHECK (length(licence) <= 64),
  CONSTRAINT doctors_hourly_rate_check CHECK (hourly_rate = round(hourly_rate, 2) AND hourly_rate >= 0),
  CONSTRAINT doctors_currency_check CHECK (currency GLOB '[A-Z][A-Z][A-Z]'),
  CONSTRAINT doctors_clinic_id_fkey FOREIGN KEY (clinic_id) REFERENCES clinics (id) ON DELETE RESTRICT,
  CONSTRAINT doctors_id_fkey FOREIGN KEY (clinic_id, id) REFERENCES people (clinic_id, id) ON DELETE CASCADE
) STRICT;

CREATE TABLE rooms (
  id INTEGER PRIMARY KEY,
  clinic_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  room_order INTEGER NOT NULL,
  CONSTRAINT rooms_name_key UNIQUE (clinic_id, name),
  CONSTRAINT rooms_name_check CHECK (length(name) <= 200),
  CONSTRAINT rooms_room_order_check CHECK (room_order >= 1),
  CONSTRAINT rooms_clinic_id_fkey FOREIGN KEY (clinic_id) REFERENCES clinics (id) ON DELETE RESTRICT
) STRICT;

CREATE TABLE appointments (
  id INTEGER PRIMARY KEY,
  clinic_id INTEGER NOT NULL,
  patient_id INTEGER NOT NULL,
  doctor_id INTEGER NOT NULL,
  room_id INTEGER,
  starts_at TEXT NOT NULL,
  ends_at TEXT NOT NULL,
  status TEXT NOT NULL DEFAULT 'booked',
  net REAL NOT NULL,
  tax_percent REAL NOT NULL DEFAULT 19,
  gross REAL GENERATED ALWAYS AS (round(net * (1 + tax_percent / 100), 2)) STORED NOT NULL,
  reminder INTEGER,
  notes TEXT,
  CONSTRAINT appointments_starts_at_check CHECK (starts_at IS strftime('%Y-%m-%dT%H:%M:%SZ', starts_at)),
  CONSTRAINT appointments_ends_at_check CHECK (ends_at IS strftime('%Y-%m-%dT%H:%M:%SZ', ends_at)),
  CONSTRAINT appointments_status_check CHECK (status IN ('booked', 'held', 'cancelled')),
  CONSTRAINT appointments_net_check CHECK (net = round(net, 2) AND net >= 0),
  CONSTRAINT appointments_tax_percent_check CHECK (tax_percent >= 0 AND tax_percent <= 100),
  CONSTRAINT appointments_gross_check CHECK (gross = round(gross, 2)),
  CONSTRAINT appointments_ends_after_start_check CHECK (ends_at > starts_at),
  CONSTRAINT appointments_clinic_id_fkey FOREIGN KEY (clinic_id) REFERENCES clinics (id) ON DELETE RESTRICT,
  CONSTRAINT appointments_patient_id_fkey FOREIGN KEY (clinic_id, patient_id) REFERENCES patients (clinic_id, id) ON DELETE RESTRICT,
  CONSTRAINT appointments_doctor_id_fkey FOREIGN KEY (clinic_id, doctor_id) REFERENCES doctors (clinic_id, id) ON DELETE RESTRICT,
  CONSTRAINT appointments_room_id_fkey FOREIGN KEY (room_id) REFERENCES rooms (id) ON DELETE SET NULL
) STRICT;

CREATE TABLE appointment_items (
  appointment_id INTEGER NOT NULL,
  line_no INTEGER NOT NULL,
  service_code TEXT NOT NULL,
  service_name TEXT NOT NULL,
  amount REAL NOT NULL,
  CONSTRAINT appointment_items_pkey PRIMARY KEY (appointment_id, line_no),
  CONSTRAINT appointment_items_line_no_check CHECK (line_no >= 1),
  CONSTRAINT appointment_items_service_code_check CHECK (length(service_code) <= 64),
  CONSTRAINT appointment_items_service_name_check CHECK (length(service_name) <= 200),
  CONSTRAINT appointment_items_amount_check CHECK (amount = round(amount, 2)),
  CONSTRAINT appointment_items_appointment_id_fkey FOREIGN KEY (appointment_id) REFERENCES appointments (id) ON DELETE CASCADE
) STRICT;

CREATE TABLE skills (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  CONSTRAINT skills_name_key UNIQUE (name),
  CONSTRAINT skills_name_check CHECK (length(name) <= 200)
) STRICT;

CREATE TABLE teams (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  CONSTRAINT teams_name_key UNIQUE (name),
  CONSTRAINT teams_name_check CHECK (length(name) <= 200)
) STRICT;

CREATE TABLE shifts (
  doctor_id INTEGER NOT NULL,
  team_id INTEGER NOT NULL,
  role TEXT NOT NULL,
  CONSTRAINT shifts_pkey PRIMARY KEY (doctor_id, team_id),
  CONSTRAINT shifts_role_check CHECK (role IN ('lead', 'support')),
  CONSTRAINT shifts_doctor_id_fkey FOREIGN KEY (doctor_id) REFERENCES doctors (id) ON DELETE RESTRICT,
  CONSTRAINT shifts_team_id_fkey FOREIGN KEY (team_id) REFERENCES teams (id) ON DELETE RESTRICT
) STRICT;

CREATE UNIQUE INDEX shifts_one_lead_key ON shifts (team_id) WHERE role = 'lead';

CREATE TABLE devices (
  id TEXT NOT NULL DEFAULT (lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-a' || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))),
  serial TEXT NOT NULL,
  address TEXT,
  settings TEXT NOT NULL DEFAULT '{}',
  labels TEXT,
  place TEXT,
  calibrated_from TEXT,
  calibrated_until TEXT,
  leased_from TEXT,
  leased_until TEXT,
  opens TEXT,
  firmware BLOB,
  active INTEGER NOT NULL DEFAULT 1,
  weight REAL NOT NULL,
  CONSTRAINT devices_pkey PRIMARY KEY (id),
  CONSTRAINT devices_serial_key UNIQUE (serial),
  CONSTRAINT devices_serial_check CHECK (length(serial) <= 64),
  CONSTRAINT devices_settings_check CHECK ((settings IS NULL OR json_valid(settings))),
  CONSTRAINT devices_labels_check CHECK ((labels IS NULL OR json_valid(labels) AND json_type(labels) = 'array')),
  CONSTRAINT devices_opens_check CHECK (opens IS time(opens)),
  CONSTRAINT devices_active_check CHECK (active IN (0, 1)),
  CONSTRAINT devices_weight_check CHECK (weight > 0)
) STRICT;

CREATE TABLE readings (
  id INTEGER PRIMARY KEY,
  device_id TEXT NOT NULL,
  taken_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
  value REAL NOT NULL,
  unit TEXT NOT NULL,
  CONSTRAINT readings_taken_at_check CHECK (taken_at IS strftime('%Y-%m-%dT%H:%M:%SZ', taken_at)),
  CONSTRAINT readings_unit_check CHECK (length(unit) <= 64),
  CONSTRAINT readings_device_id_fkey FOREIGN KEY (device_id) REFERENCES devices (id) ON DELETE RESTRICT
) STRICT;

CREATE TABLE audit_entries (
  id INTEGER PRIMARY KEY,
  actor_id INTEGER,
  action TEXT NOT NULL,
  at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
  before TEXT,
  CONSTRAINT audit_entries_action_check CHECK (length(action) <= 64),
  CONSTRAINT audit_entries_at_check CHECK (at IS strftime('%Y-%m-%dT%H:%M:%SZ', at)),
  CONSTRAINT audit_entries_before_check CHECK ((before IS NULL OR json_valid(before))),
  CONSTRAINT audit_entries_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES people (id) ON DELETE SET NULL
) STRICT;

CREATE TABLE folders (
  id INTEGER PRIMARY KEY,
  clinic_id INTEGER NOT NULL,
  parent_id INTEGER,
  name TEXT NOT NULL,
  deleted_at TEXT,
  CONSTRAINT folders_clinic_id_id_key UNIQUE (clinic_id, id),
  CONSTRAINT folders_name_check CHECK (length(name) <= 200),
  CONSTRAINT folders_no_self_parent_check CHECK (parent_id <> id),
  CONSTRAINT folders_clinic_id_fkey FOREIGN KEY (clinic_id) REFERENCES clinics (id) ON DELETE RESTRICT,
  CONSTRAINT folders_parent_id_fkey FOREIGN KEY (clinic_id, parent_id) REFERENCES folders (clinic_id, id) ON DELETE CASCADE
) STRICT;

CREATE UNIQUE INDEX folders_parent_id_name_key ON folders (clinic_id, (coalesce(parent_id, '')), name) WHERE deleted_at IS NULL;

CREATE TABLE logins (
  id INTEGER PRIMARY KEY,
  person_id INTEGER NOT NULL,
  password_hash TEXT NOT NULL,
  last_seen TEXT,
  CONSTRAINT logins_person_id_key UNIQUE (person_id),
  CONSTRAINT logins_password_hash_check CHECK (length(password_hash) <= 255),
  CONSTRAINT logins_last_seen_check CHECK (last_seen IS strftime('%Y-%m-%dT%H:%M:%SZ', last_seen)),
  CONSTRAINT logins_person_id_fkey FOREIGN KEY (person_id) REFERENCES people (id) ON DELETE CASCADE
) STRICT;

CREATE TABLE doctor_skills (
  doctor_id INTEGER NOT NULL,
  skill_id INTEGER NOT NULL,
  CONSTRAINT doctor_skills_pkey PRIMARY KEY (doctor_id, skill_id),
  CONSTRAINT doctor_skills_doctor_id_fkey FOREIGN KEY (doctor_id) REFERENCES doctors (id) ON DELETE CASCADE,
  CONSTRAINT doctor_skills_skill_id_fkey FOREIGN KEY (skill_id) REFERENCES skills (id) ON DELETE CASCADE
) STRICT;

CREATE TABLE documents (
  id INTEGER PRIMARY KEY,
  clinic_id INTEGER NOT NULL,
  folder_id INTEGER NOT NULL,
  current_revision_id INTEGER,
  title TEXT NOT NULL,
  slug TEXT NOT NULL,
  language TEXT NOT NULL DEFAULT 'de',
  file TEXT NOT NULL,
  link TEXT,
  phone TEXT,
  big INTEGER NOT NULL DEFAULT 0,
  CONSTRAINT documents_clinic_id_id_key UNIQUE (clinic_id, id),
  CONSTRAINT documents_slug_key UNIQUE (clinic_id, slug),
  CONSTRAINT documents_title_check CHECK (length(title) <= 2000),
  CONSTRAINT documents_slug_check CHECK (length(slug) <= 200),
  CONSTRAINT documents_language_check CHECK (length(language) <= 35),
  CONSTRAINT documents_file_check CHECK (length(file) <= 1024),
  CONSTRAINT documents_link_check CHECK (length(link) <= 2048),
  CONSTRAINT documents_phone_check CHECK (length(phone) <= 32),
  CONSTRAINT documents_clinic_id_fkey FOREIGN KEY (clinic_id) REFERENCES clinics (id) ON DELETE RESTRICT,
  CONSTRAINT documents_folder_id_fkey FOREIGN KEY (clinic_id, folder_id) REFERENCES folders (clinic_id, id) ON DELETE RESTRICT,
  CONSTRAINT documents_current_revision_id_fkey FOREIGN KEY (current_revision_id) REFERENCES revisions (id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED
) STRICT;

CREATE TABLE revisions (
  id INTEGER PRIMARY KEY,
  clinic_id INTEGER NOT NULL,
  document_id INTEGER NOT NULL,
  number INTEGER NOT NULL,
  body TEXT NOT NULL,
  CONSTRAINT revisions_number_check CHECK (number >= 1),
  CONSTRAINT revisions_clinic_id_fkey FOREIGN KEY (clinic_id) REFERENCES clinics (id) ON DELETE RESTRICT,
  CONSTRAINT revisions_document_id_fkey FOREIGN KEY (clinic_id, document_id) REFERENCES documents (clinic_id, id) ON DELETE CASCADE
) STRICT;

CREATE TABLE document_related_documents (
  clinic_id INTEGER NOT NULL,
  document_id INTEGER NOT NULL,
  related_id INTEGER NOT NULL,
  CONSTRAINT document_related_documents_pkey PRIMARY KEY (document_id, related_id),
  CONSTRAINT document_related_documents_document_id_fkey FOREIGN KEY (clinic_id, document_id) REFERENCES documents (clinic_id, id) ON DELETE CASCADE,
  CONSTRAINT document_related_documents_related_id_fkey FOREIGN KEY (clinic_id, related_id) REFERENCES documents (clinic_id, id) ON DELETE CASCADE
) STRICT;

CREATE TRIGGER appointments_room_id_tenant_check_insert BEFORE INSERT ON appointments
FOR EACH ROW WHEN NEW.room_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM rooms AS target WHERE target.id = NEW.room_id AND target.clinic_id = NEW.clinic_id)
BEGIN
  SELECT RAISE(ABORT, 'appointments_room_id_tenant_check: appointments.room_id must stay within one clinic');
END;

CREATE TRIGGER appointments_room_id_tenant_check_update BEFORE UPDATE OF clinic_id, room_id ON appointments
FOR EACH ROW WHEN NEW.room_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM rooms AS target WHERE target.id = NEW.room_id AND target.clinic_id = NEW.clinic_id)
BEGIN
  SELECT RAISE(ABORT, 'appointments_room_id_tenant_check: appointments.room_id must stay within one clinic');
END;

CREATE TRIGGER documents_current_revision_id_tenant_check_insert BEFORE INSERT ON documents
FOR EACH ROW WHEN NEW.current_revision_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM revisions AS target WHERE target.id = NEW.current_revision_id AND target.clinic_id = NEW.clinic_id)
BEGIN
  SELECT RAISE(ABORT, 'documents_current_revision_id_tenant_check: documents.current_revision_id must stay within one clinic');
END;

CREATE TRIGGER documents_current_revision_id_tenant_check_update BEFORE UPDATE OF clinic_id, current_revision_id ON documents
FOR EACH ROW WHEN NEW.current_revision_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM revisions AS target WHERE target.id = NEW.current_revision_id AND target.clinic_id = NEW.clinic_id)
BEGIN
  SELECT RAISE(ABORT, 'documents_current_revision_id_tenant_check: documents.current_revision_id must stay within one clinic');
END;

CREATE TRIGGER appointments_doctor_not_double_booked_excl_insert AFTER INSERT ON appointments
FOR EACH ROW WHEN (NEW.status <> 'cancelled') AND EXISTS (SELECT 1 FROM appointments AS other WHERE other.doctor_id = NEW.doctor_id AND (NEW.ends_at IS NULL OR other.starts_at < NEW.ends_at) AND (other.ends_at IS NULL OR NEW.starts_at < other.ends_at) AND other.status <> 'cancelled' AND other.rowid <> NEW.rowid)
BEGIN
  SELECT RAISE(ABORT, 'appointments_doctor_not_double_booked_excl: Doctor not double booked.');
END;

CREATE TRIGGER appointments_doctor_not_double_booked_excl_update AFTER UPDATE ON appointments
FOR EACH ROW WHEN (NEW.status <> 'cancelled') AND EXISTS (SELECT 1 FROM appointments AS other WHERE other.doctor_id = NEW.doctor_id AND (NEW.ends_at IS NULL OR other.starts_at < NEW.ends_at) AND (other.ends_at IS NULL OR NEW.starts_at < other.ends_at) AND other.status <> 'cancelled' AND other.rowid <> NEW.rowid)
BEGIN
  SELECT RAISE(ABORT, 'appointments_doctor_not_double_booked_excl: Doctor not double booked.');
END;

CREATE TRIGGER people_born_in_the_past_check_insert BEFORE INSERT ON people
FOR EACH ROW WHEN NOT (NEW.birth_date <= (date('now')))
BEGIN
  SELECT RAISE(ABORT, 'people_born_in_the_past_check: Born in the past.');
END;

CREATE TRIGGER people_born_in_the_past_check_update BEFORE UPDATE OF birth_date ON people
FOR EACH ROW WHEN NOT (NEW.birth_date <= (date('now')))
BEGIN
  SELECT RAISE(ABORT, 'people_born_in_the_past_check: Born in the past.');
END;

CREATE TRIGGER devices_lease_no_overlap_excl_insert AFTER INSERT ON devices
FOR EACH ROW WHEN EXISTS (SELECT 1 FROM devices AS other WHERE other.serial = NEW.serial AND (NEW.leased_until IS NULL OR other.leased_from < NEW.leased_until) AND (other.leased_until IS NULL OR NEW.leased_from < other.leased_until) AND other.rowid <> NEW.rowid)
BEGIN
  SELECT RAISE(ABORT, 'devices_lease_no_overlap_excl: Lease no overlap.');
END;

CREATE TRIGGER devices_lease_no_overlap_excl_update AFTER UPDATE ON devices
FOR EACH ROW WHEN EXISTS (SELECT 1 FROM devices AS other WHERE other.serial = NEW.serial AND (NEW.leased_until IS NULL OR other.leased_from < NEW.leased_until) AND (other.leased_until IS NULL OR NEW.leased_from < other.leased_until) AND other.rowid <> NEW.rowid)
BEGIN
  SELECT RAISE(ABORT, 'devices_lease_no_overlap_excl: Lease no overlap.');
END;

CREATE TRIGGER appointments_appointment_states BEFORE UPDATE OF status ON appointments
FOR EACH ROW WHEN NEW.status IS NOT OLD.status AND NOT ((OLD.status = 'booked' AND NEW.status IN ('held', 'cancelled')))
BEGIN
  SELECT RAISE(ABORT, 'appointments_appointment_states: Appointment states.');
END;

CREATE TRIGGER people_updated_at_touch AFTER UPDATE ON people
FOR EACH ROW WHEN NEW.updated_at IS OLD.updated_at
BEGIN
  UPDATE people SET updated_at = (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')) WHERE rowid = NEW.rowid;
END;

CREATE TRIGGER people_immutable BEFORE UPDATE OF created_at ON people
FOR EACH ROW WHEN NEW.created_at IS NOT OLD.created_at
BEGIN
  SELECT RAISE(ABORT, 'people_immutable: created_at of people cannot change once written');
END;

CREATE TRIGGER audit_entries_append_only BEFORE UPDATE ON audit_entries
FOR EACH ROW WHEN NEW.action IS NOT OLD.action OR NEW.at IS NOT OLD.at OR NEW.before IS NOT OLD.before OR (NEW.actor_id IS NOT NULL AND NEW.actor_id IS NOT OLD.actor_id)
BEGIN
  SELECT RAISE(ABORT, 'audit_entries_append_only: audit_entries is append-only: what it says is never changed');
END;

CREATE TRIGGER audit_entries_no_delete BEFORE DELETE ON audit_entries
FOR EACH ROW WHEN 1 = 1
BEGIN
  SELECT RAISE(ABORT, 'audit_entries_no_delete: audit_entries is append-only: its rows are not deleted one by one');
END;

CREATE TRIGGER appointment_items_appointment_limit_insert AFTER INSERT ON appointment_items
FOR EACH ROW WHEN (SELECT count(*) FROM appointment_items AS other WHERE other.appointment_id = NEW.appointment_id) > 20
BEGIN
  SELECT RAISE(ABORT, 'appointment_items_appointment_limit: a row of appointments has at most 20 appointment_items');
END;

CREATE TRIGGER appointment_items_appointment_limit_update AFTER UPDATE OF appointment_id ON appointment_items
FOR EACH ROW WHEN (SELECT count(*) FROM appointment_items AS other WHERE other.appointment_id = NEW.appointment_id) > 20
BEGIN
  SELECT RAISE(ABORT, 'appointment_items_appointment_limit: a row of appointments has at most 20 appointment_items');
END;
