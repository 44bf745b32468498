CREATE TABLE clinics (
  id bigint NOT NULL AUTO_INCREMENT COMMENT 'Identifies one row of clinics.',
  name varchar(200) NOT NULL COMMENT 'The name.',
  country varchar(2) NOT NULL COMMENT 'The country.',
  opened_on date COMMENT 'The opened on.',
  PRIMARY KEY (id),
  CONSTRAINT clinics_name_key UNIQUE (name),
  CONSTRAINT clinics_country_check CHECK (country COLLATE utf8mb4_bin REGEXP '^[A-Z]{2}$')
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='A practice that uses the system.';

CREATE TABLE people (
  id bigint NOT NULL AUTO_INCREMENT COMMENT 'Identifies one row of people.',
  clinic_id bigint NOT NULL COMMENT 'The clinic of this person, a row of clinics.',
  email varchar(254) NOT NULL COMMENT 'The email.',
  full_name varchar(200) NOT NULL COMMENT 'The full name.',
  birth_date date COMMENT 'The birth date.',
  kind varchar(64) NOT NULL COMMENT 'The kind.',
  created_at datetime(6) NOT NULL DEFAULT (utc_timestamp(6)) COMMENT 'The created at.',
  updated_at datetime(6) NOT NULL DEFAULT (utc_timestamp(6)) COMMENT 'The updated at.',
  deleted_at datetime(6) COMMENT 'When the row was deleted; null while it lives.',
  email_applies tinyint GENERATED ALWAYS AS (CASE WHEN deleted_at IS NULL THEN 1 END) VIRTUAL COMMENT '1 where people_email_key applies, else null: MySQL has no partial unique index.',
  PRIMARY KEY (id),
  CONSTRAINT people_email_key UNIQUE (clinic_id, email, email_applies),
  CONSTRAINT people_clinic_id_id_key UNIQUE (clinic_id, id),
  CONSTRAINT people_email_check CHECK (email LIKE '%_@_%'),
  CONSTRAINT people_kind_check CHECK (kind IN ('patient', 'doctor')),
  CONSTRAINT people_not_before_1900_check CHECK (birth_date >= '1900-01-01'),
  CONSTRAINT people_clinic_id_fkey FOREIGN KEY (clinic_id) REFERENCES clinics (id) ON DELETE RESTRICT
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='Somebody known to a clinic.';

CREATE TABLE patients (
  id bigint NOT NULL COMMENT 'Identifies one row of patients.',
  clinic_id bigint NOT NULL COMMENT 'The clinic that this row belongs to.',
  insurance_no varchar(64) NOT NULL COMMENT 'The insurance no.',
  height_cm int COMMENT 'The height cm.',
  PRIMARY KEY (id),
  CONSTRAINT patients_insurance_no_key UNIQUE (clinic_id, insurance_no),
  CONSTRAINT patients_clinic_id_id_key UNIQUE (clinic_id, id),
  CONSTRAINT patients_insurance_no_check CHECK (insurance_no COLLATE utf8mb4_bin REGEXP '^[A-Z]\\d{9}$'),
  CONSTRAINT patients_height_cm_check CHECK (height_cm >= 20 AND height_cm <= 260),
  CONSTRAINT patients_clinic_id_fkey FOREIGN KEY (clinic_id) REFERENCES clinics (id) ON DELETE RESTRICT,
  CONSTRAINT patients_id_fkey FOREIGN KEY (clinic_id, id) REFERENCES people (clinic_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='A person who is treated.';

CREATE TABLE doctors (
  id bigint NOT NULL COMMENT 'Identifies one row of doctors.',
  clinic_id bigint NOT NULL COMMENT 'The clinic that this row belongs to.',
  licence varchar(64) NOT NULL COMMENT 'The licence.',
  hourly_rate decimal(14,2) NOT NULL COMMENT 'The hourly rate.',
  currency varchar(3) NOT NULL DEFAULT 'EUR' COMMENT 'The currency.',
  PRIMARY KEY (id),
  CONSTRAINT doctors_licence_key UNIQUE (clinic_id, licence),
  CONSTRAINT doctors_clinic_id_id_key UNIQUE (clinic_id, id),
  CONSTRAINT doctors_hourly_rate_check CHECK (hourly_rate >= 0),
  CONSTRAINT doctors_currency_check CHECK (currency COLLATE utf8mb4_bin REGEXP '^[A-Z]{3}$'),
  CONSTRAINT doctors_clinic_id_fkey FOREIGN KEY (clinic_id) REFERENCES clinics (id) ON DELETE RESTRICT,
  CONSTRAINT doctors_id_fkey FOREIGN KEY (clinic_id, id) REFERENCES people (clinic_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='A person who treats.';

CREATE TABLE rooms (
  id bigint NOT NULL AUTO_INCREMENT COMMENT 'Identifies one row of rooms.',
  clinic_id bigint NOT NULL COMMENT 'The clinic of this room, a row of clinics.',
  name varchar(200) NOT NULL COMMENT 'The name.',
  room_order int NOT NULL COMMENT 'The order.',
  PRIMARY KEY (id),
  CONSTRAINT rooms_name_key UNIQUE (clinic_id, name),
  CONSTRAINT rooms_room_order_check CHECK (room_order >= 1),
  CONSTRAINT rooms_clinic_id_fkey FOREIGN KEY (clinic_id) REFERENCES clinics (id) ON DELETE RESTRICT
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='A room of a clinic.';

CREATE TABLE appointments (
  id bigint NOT NULL AUTO_INCREMENT COMMENT 'Identifies one row of appointments.',
  clinic_id bigint NOT NULL COMMENT 'The clinic that this row belongs to.',
  patient_id bigint NOT NULL COMMENT 'The patient of this appointment, a row of patients.',
  doctor_id bigint NOT NULL COMMENT 'The doctor of this appointment, a row of doctors.',
  room_id bigint COMMENT 'The room of this appointment, a row of rooms; null when there is none.',
  starts_at datetime(6) NOT NULL COMMENT 'The starts at.',
  ends_at datetime(6) NOT NULL COMMENT 'The ends at.',
  status varchar(64) NOT NULL DEFAULT 'booked' COMMENT 'The status.',
  net decimal(14,2) NOT NULL COMMENT 'The net.',
  tax_percent decimal(5,2) NOT NULL DEFAULT 19 COMMENT 'The tax percent.',
  gross decimal(14,2) GENERATED ALWAYS AS (net * (1 + tax_percent / 100)) VIRTUAL COMMENT 'The gross.',
  reminder bigint COMMENT 'The reminder.',
  notes mediumtext COMMENT 'The notes.',
  PRIMARY KEY (id),
  CONSTRAINT appointments_status_check CHECK (status IN ('booked', 'held', 'cancelled')),
  CONSTRAINT appointments_net_check CHECK (net >= 0),
  CONSTRAINT appointments_tax_percent_check CHECK (tax_percent >= 0 AND tax_percent <= 100),
  CONSTRAINT appointments_ends_after_start_check CHECK (ends_at > starts_at),
  CONSTRAINT appointments_clinic_id_fkey FOREIGN KEY (clinic_id) REFERENCES clinics (id) ON DELETE RESTRICT,
  CONSTRAINT appointments_patient_id_fkey FOREIGN KEY (clinic_id, patient_id) REFERENCES patients (clinic_id, id) ON DELETE RESTRICT,
  CONSTRAINT appointments_doctor_id_fkey FOREIGN KEY (clinic_id, doctor_id) REFERENCES doctors (clinic_id, id) ON DELETE RESTRICT,
  CONSTRAINT appointments_room_id_fkey FOREIGN KEY (room_id) REFERENCES rooms (id) ON DELETE SET NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='A time set aside for a patient with a doctor.';

CREATE TABLE appointment_items (
  appointment_id bigint NOT NULL COMMENT 'The appointment of this appointment item, a row of appointments.',
  line_no int NOT NULL COMMENT 'The line no.',
  service_code varchar(64) NOT NULL COMMENT 'The service code.',
  service_name varchar(200) NOT NULL COMMENT 'The service name.',
  amount decimal(14,2) NOT NULL COMMENT 'The amount.',
  PRIMARY KEY (appointment_id, line_no),
  CONSTRAINT appointment_items_line_no_check CHECK (line_no >= 1),
  CONSTRAINT appointment_items_appointment_id_fkey FOREIGN KEY (appointment_id) REFERENCES appointments (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='One service of an appointment.';

CREATE TABLE skills (
  id bigint NOT NULL AUTO_INCREMENT COMMENT 'Identifies one row of skills.',
  name varchar(200) NOT NULL COMMENT 'The name.',
  PRIMARY KEY (id),
  CONSTRAINT skills_name_key UNIQUE (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='Something a doctor can do.';

CREATE TABLE teams (
  id bigint NOT NULL AUTO_INCREMENT COMMENT 'Identifies one row of teams.',
  name varchar(200) NOT NULL COMMENT 'The name.',
  PRIMARY KEY (id),
  CONSTRAINT teams_name_key UNIQUE (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='Doctors who work together.';

CREATE TABLE shifts (
  doctor_id bigint NOT NULL COMMENT 'The doctor of this shift, a row of doctors.',
  team_id bigint NOT NULL COMMENT 'The team of this shift, a row of teams.',
  role varchar(64) NOT NULL COMMENT 'The role.',
  one_lead_applies tinyint GENERATED ALWAYS AS (CASE WHEN role = 'lead' THEN 1 END) VIRTUAL COMMENT '1 where shifts_one_lead_key applies, else null: MySQL has no partial unique index.',
  PRIMARY KEY (doctor_id, team_id),
  CONSTRAINT shifts_one_lead_key UNIQUE (team_id, one_lead_applies),
  CONSTRAINT shifts_role_check CHECK (role IN ('lead', 'support')),
  CONSTRAINT shifts_doctor_id_fkey FOREIGN KEY (doctor_id) REFERENCES doctors (id) ON DELETE RESTRICT,
  CONSTRAINT shifts_team_id_fkey FOREIGN KEY (team_id) REFERENCES teams (id) ON DELETE RESTRICT
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='A doctor on a team.';

CREATE TABLE devices (
  id char(36) NOT NULL DEFAULT (uuid()) COMMENT 'The id.',
  serial varchar(64) NOT NULL COMMENT 'The serial.',
  address varchar(45) COMMENT 'The address.',
  settings json NOT NULL DEFAULT ('{}') COMMENT 'The settings.',
  labels json COMMENT 'The labels.',
  place geometry COMMENT 'The place.',
  calibrated_from datetime(6) COMMENT 'The calibrated.',
  calibrated_until datetime(6) COMMENT 'The calibrated.',
  leased_from date COMMENT 'The leased.',
  leased_until date COMMENT 'The leased.',
  opens time COMMENT 'The opens.',
  firmware longblob COMMENT 'The firmware.',
  active boolean NOT NULL DEFAULT true COMMENT 'The active.',
  weight decimal(17,3) NOT NULL COMMENT 'The weight.',
  PRIMARY KEY (id),
  CONSTRAINT devices_serial_key UNIQUE (serial),
  CONSTRAINT devices_labels_check CHECK (json_type(labels) = 'ARRAY'),
  CONSTRAINT devices_weight_check CHECK (weight > 0)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='A device that works offline.';

CREATE TABLE readings (
  id bigint NOT NULL AUTO_INCREMENT COMMENT 'Identifies one row of readings.',
  device_id char(36) NOT NULL COMMENT 'The device of this reading, a row of devices.',
  taken_at datetime(6) NOT NULL DEFAULT (utc_timestamp(6)) COMMENT 'The taken at.',
  value decimal(18,4) NOT NULL COMMENT 'The value.',
  unit varchar(64) NOT NULL COMMENT 'The unit.',
  PRIMARY KEY (id),
  CONSTRAINT readings_device_id_fkey FOREIGN KEY (device_id) REFERENCES devices (id) ON DELETE RESTRICT
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='A value that a device sent. Append-only: the application''s login is granted no UPDATE on it.';

CREATE TABLE audit_entries (
  id bigint NOT NULL AUTO_INCREMENT COMMENT 'Identifies one row of audit_entries.',
  actor_id bigint COMMENT 'The actor of this audit entry, a row of people; null when there is none.',
  action varchar(64) NOT NULL COMMENT 'The action.',
  at datetime(6) NOT NULL DEFAULT (utc_timestamp(6)) COMMENT 'The at.',
  `before` json COMMENT 'The before.',
  PRIMARY KEY (id),
  CONSTRAINT audit_entries_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES people (id) ON DELETE SET NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='Who did what. Append-only: the application''s login is granted no UPDATE on it.';

CREATE TABLE folders (
  id bigint NOT NULL AUTO_INCREMENT COMMENT 'Identifies one row of folders.',
  clinic_id bigint NOT NULL COMMENT 'The clinic that this row belongs to.',
  parent_id bigint COMMENT 'The parent of this folder, a row of folders; null when there is none.',
  name varchar(200) NOT NULL COMMENT 'The name.',
  deleted_at datetime(6) COMMENT 'When the row was deleted; null while it lives.',
  parent_id_or_none varchar(64) GENERATED ALWAYS AS (sha2(coalesce(cast(parent_id AS char), ''), 256)) VIRTUAL COMMENT 'Stands for parent_id in a unique key, where MySQL takes two nulls for different.',
  parent_id_name_applies tinyint GENERATED ALWAYS AS (CASE WHEN deleted_at IS NULL THEN 1 END) VIRTUAL COMMENT '1 where folders_parent_id_name_key applies, else null: MySQL has no partial unique index.',
  PRIMARY KEY (id),
  CONSTRAINT folders_parent_id_name_key UNIQUE (clinic_id, parent_id_or_none, name, parent_id_name_applies),
  CONSTRAINT folders_clinic_id_id_key UNIQUE (clinic_id, id),
  CONSTRAINT folders_clinic_id_fkey FOREIGN KEY (clinic_id) REFERENCES clinics (id) ON DELETE RESTRICT,
  CONSTRAINT folders_parent_id_fkey FOREIGN KEY (clinic_id, parent_id) REFERENCES folders (clinic_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='A place for documents.';

CREATE TABLE logins (
  id bigint NOT NULL AUTO_INCREMENT COMMENT 'Identifies one row of logins.',
  person_id bigint NOT NULL COMMENT 'The person of this login, a row of people.',
  password_hash varchar(255) NOT NULL COMMENT 'The password hash.',
  last_seen datetime(6) COMMENT 'The last seen.',
  PRIMARY KEY (id),
  CONSTRAINT logins_person_id_key UNIQUE (person_id),
  CONSTRAINT logins_person_id_fkey FOREIGN KEY (person_id) REFERENCES people (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='How a person gets in.';

CREATE TABLE doctor_skills (
  doctor_id bigint NOT NULL COMMENT 'A row of doctors.',
  skill_id bigint NOT NULL COMMENT 'A row of skills.',
  PRIMARY KEY (doctor_id, skill_id),
  CONSTRAINT doctor_skills_doctor_id_fkey FOREIGN KEY (doctor_id) REFERENCES doctors (id) ON DELETE CASCADE,
  CONSTRAINT doctor_skills_skill_id_fkey FOREIGN KEY (skill_id) REFERENCES skills (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='Which skills each row of doctors has as skill, and the reverse.';

CREATE TABLE documents (
  id bigint NOT NULL AUTO_INCREMENT COMMENT 'Identifies one row of documents.',
  clinic_id bigint NOT NULL COMMENT 'The clinic that this row belongs to.',
  folder_id bigint NOT NULL COMMENT 'The folder of this document, a row of folders.',
  current_revision_id bigint COMMENT 'The current revision of this document, a row of revisions; null when there is none.',
  title varchar(2000) NOT NULL COMMENT 'The title.',
  slug varchar(200) NOT NULL COMMENT 'The slug.',
  language varchar(35) NOT NULL DEFAULT 'de' COMMENT 'The language.',
  file varchar(1024) NOT NULL COMMENT 'The file.',
  link varchar(2048) COMMENT 'The link.',
  phone varchar(32) COMMENT 'The phone.',
  big bigint NOT NULL DEFAULT 0 COMMENT 'The big.',
  PRIMARY KEY (id),
  CONSTRAINT documents_clinic_id_id_key UNIQUE (clinic_id, id),
  CONSTRAINT documents_slug_key UNIQUE (clinic_id, slug),
  CONSTRAINT documents_clinic_id_fkey FOREIGN KEY (clinic_id) REFERENCES clinics (id) ON DELETE RESTRICT,
  CONSTRAINT documents_folder_id_fkey FOREIGN KEY (clinic_id, folder_id) REFERENCES folders (clinic_id, id) ON DELETE RESTRICT
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='A document.';

CREATE TABLE revisions (
  id bigint NOT NULL AUTO_INCREMENT COMMENT 'Identifies one row of revisions.',
  clinic_id bigint NOT NULL COMMENT 'The clinic that this row belongs to.',
  document_id bigint NOT NULL COMMENT 'The document of this revision, a row of documents.',
  number int NOT NULL COMMENT 'The number.',
  body mediumtext NOT NULL COMMENT 'The body.',
  PRIMARY KEY (id),
  CONSTRAINT revisions_number_check CHECK (number >= 1),
  CONSTRAINT revisions_clinic_id_fkey FOREIGN KEY (clinic_id) REFERENCES clinics (id) ON DELETE RESTRICT,
  CONSTRAINT revisions_document_id_fkey FOREIGN KEY (clinic_id, document_id) REFERENCES documents (clinic_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='A version of a document.';

CREATE TABLE document_related_documents (
  clinic_id bigint NOT NULL COMMENT 'The clinic that both sides belong to.',
  document_id bigint NOT NULL COMMENT 'A row of documents.',
  related_id bigint NOT NULL COMMENT 'A row of documents.',
  PRIMARY KEY (document_id, related_id),
  CONSTRAINT document_related_documents_document_id_fkey FOREIGN KEY (clinic_id, document_id) REFERENCES documents (clinic_id, id) ON DELETE CASCADE,
  CONSTRAINT document_related_documents_related_id_fkey FOREIGN KEY (clinic_id, related_id) REFERENCES documents (clinic_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='Which documents each row of documents has as related, and the reverse.';

ALTER TABLE documents ADD CONSTRAINT documents_current_revision_id_fkey FOREIGN KEY (current_revision_id) REFERENCES revisions (id) ON DELETE SET NULL;

CREATE TRIGGER appointments_room_id_tenant_check_insert BEFORE INSERT ON appointments
FOR EACH ROW
BEGIN
  IF NEW.room_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM rooms AS target WHERE target.id = NEW.room_id AND target.clinic_id = NEW.clinic_id) THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'appointments_room_id_tenant_check: appointments.room_id must stay within one clinic';
  END IF;
END;

CREATE TRIGGER appointments_room_id_tenant_check_update BEFORE UPDATE ON appointments
FOR EACH ROW
BEGIN
  IF NEW.room_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM rooms AS target WHERE target.id = NEW.room_id AND target.clinic_id = NEW.clinic_id) THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'appointments_room_id_tenant_check: appointments.room_id must stay within one clinic';
  END IF;
END;

CREATE TRIGGER documents_current_revision_id_tenant_check_insert BEFORE INSERT ON documents
FOR EACH ROW
BEGIN
  IF NEW.current_revision_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM revisions AS target WHERE target.id = NEW.current_revision_id AND target.clinic_id = NEW.clinic_id) THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'documents_current_revision_id_tenant_check: documents.current_revision_id must stay within one clinic';
  END IF;
END;

CREATE TRIGGER documents_current_revision_id_tenant_check_update BEFORE UPDATE ON documents
FOR EACH ROW
BEGIN
  IF NEW.current_revision_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM revisions AS target WHERE target.id = NEW.current_revision_id AND target.clinic_id = NEW.clinic_id) THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'documents_current_revision_id_tenant_check: documents.current_revision_id must stay within one clinic';
  END IF;
END;

CREATE TRIGGER appointments_doctor_not_double_booked_excl_insert BEFORE INSERT ON appointments
FOR EACH ROW
BEGIN
  IF (NEW.status <> 'cancelled') AND EXISTS (SELECT 1 FROM appointments AS other WHERE other.doctor_id = NEW.doctor_id AND (NEW.ends_at IS NULL OR other.starts_at < NEW.ends_at) AND (other.ends_at IS NULL OR NEW.starts_at < other.ends_at) AND other.status <> 'cancelled' AND NOT (other.id <=> NEW.id)) THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'appointments_doctor_not_double_booked_excl: Doctor not double booked.';
  END IF;
END;

CREATE TRIGGER appointments_doctor_not_double_booked_excl_update BEFORE UPDATE ON appointments
FOR EACH ROW
BEGIN
  IF (NEW.status <> 'cancelled') AND EXISTS (SELECT 1 FROM appointments AS other WHERE other.doctor_id = NEW.doctor_id AND (NEW.ends_at IS NULL OR other.starts_at < NEW.ends_at) AND (other.ends_at IS NULL OR NEW.starts_at < other.ends_at) AND other.status <> 'cancelled' AND NOT (other.id <=> NEW.id)) THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'appointments_doctor_not_double_booked_excl: Doctor not double booked.';
  END IF;
END;

CREATE TRIGGER people_born_in_the_past_check_insert BEFORE INSERT ON people
FOR EACH ROW
BEGIN
  IF NOT (NEW.birth_date <= (utc_date())) THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'people_born_in_the_past_check: Born in the past.';
  END IF;
END;

CREATE TRIGGER people_born_in_the_past_check_update BEFORE UPDATE ON people
FOR EACH ROW
BEGIN
  IF NOT (NEW.birth_date <= (utc_date())) THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'people_born_in_the_past_check: Born in the past.';
  END IF;
END;

CREATE TRIGGER folders_no_self_parent_check_insert BEFORE INSERT ON folders
FOR EACH ROW
BEGIN
  IF NOT (NEW.parent_id <> NEW.id) THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'folders_no_self_parent_check: No self parent.';
  END IF;
END;

CREATE TRIGGER folders_no_self_parent_check_update BEFORE UPDATE ON folders
FOR EACH ROW
BEGIN
  IF NOT (NEW.parent_id <> NEW.id) THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'folders_no_self_parent_check: No self parent.';
  END IF;
END;

CREATE TRIGGER devices_lease_no_overlap_excl_insert BEFORE INSERT ON devices
FOR EACH ROW
BEGIN
  IF EXISTS (SELECT 1 FROM devices AS other WHERE other.serial = NEW.serial AND (NEW.leased_until IS NULL OR other.leased_from < NEW.leased_until) AND (other.leased_until IS NULL OR NEW.leased_from < other.leased_until) AND NOT (other.id <=> NEW.id)) THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'devices_lease_no_overlap_excl: Lease no overlap.';
  END IF;
END;

CREATE TRIGGER devices_lease_no_overlap_excl_update BEFORE UPDATE ON devices
FOR EACH ROW
BEGIN
  IF EXISTS (SELECT 1 FROM devices AS other WHERE other.serial = NEW.serial AND (NEW.leased_until IS NULL OR other.leased_from < NEW.leased_until) AND (other.leased_until IS NULL OR NEW.leased_from < other.leased_until) AND NOT (other.id <=> NEW.id)) THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'devices_lease_no_overlap_excl: Lease no overlap.';
  END IF;
END;

CREATE TRIGGER appointments_appointment_states BEFORE UPDATE ON appointments
FOR EACH ROW
BEGIN
  IF NOT (NEW.status <=> OLD.status) AND NOT ((OLD.status = 'booked' AND NEW.status IN ('held', 'cancelled'))) THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'appointments_appointment_states: Appointment states.';
  END IF;
END;

CREATE TRIGGER people_updated_at_touch BEFORE UPDATE ON people
FOR EACH ROW SET NEW.updated_at = (utc_timestamp(6));

CREATE TRIGGER people_immutable BEFORE UPDATE ON people
FOR EACH ROW
BEGIN
  IF NOT (NEW.created_at <=> OLD.created_at) THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'people_immutable: created_at of people cannot change once written';
  END IF;
END;

CREATE TRIGGER audit_entries_append_only BEFORE UPDATE ON audit_entries
FOR EACH ROW
BEGIN
  IF NOT (NEW.action <=> OLD.action) OR NOT (NEW.at <=> OLD.at) OR (NEW.actor_id IS NOT NULL AND NOT (NEW.actor_id <=> OLD.actor_id)) THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'audit_entries_append_only: audit_entries is append-only: what it says is never changed';
  END IF;
END;

CREATE TRIGGER audit_entries_no_delete BEFORE DELETE ON audit_entries
FOR EACH ROW
BEGIN
  IF 1 = 1 THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'audit_entries_no_delete: audit_entries is append-only: its rows are not deleted one by one';
  END IF;
END;

CREATE TRIGGER appointment_items_appointment_limit_insert BEFORE INSERT ON appointment_items
FOR EACH ROW
BEGIN
  IF NEW.appointment_id IS NOT NULL AND (SELECT count(*) FROM appointment_items AS other WHERE other.appointment_id = NEW.appointment_id) >= 20 THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'appointment_items_appointment_limit: a row of appointments has at most 20 appointment_items';
  END IF;
END;

CREATE TRIGGER appointment_items_appointment_limit_update BEFORE UPDATE ON appointment_items
FOR EACH ROW
BEGIN
  IF NEW.appointment_id IS NOT NULL AND (SELECT count(*) FROM appointment_items AS other WHERE other.appointment_id = NEW.appointment_id) >= 20 THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'appointment_items_appointment_limit: a row of appointments has at most 20 appointment_items';
  END IF;
END;
