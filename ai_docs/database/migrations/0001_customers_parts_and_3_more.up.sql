SET lock_timeout = '5s';

CREATE TABLE customers (
  id bigint GENERATED ALWAYS AS IDENTITY,
  customer_number text NOT NULL,
  company_name text NOT NULL,
  vat_number text NOT NULL,
  billing_email text NOT NULL,
  phone text NOT NULL,
  payment_terms_days integer NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT customers_pkey PRIMARY KEY (id),
  CONSTRAINT customers_customer_number_key UNIQUE (customer_number),
  CONSTRAINT customers_customer_number_check CHECK (char_length(customer_number) <= 64),
  CONSTRAINT customers_company_name_check CHECK (char_length(company_name) <= 200),
  CONSTRAINT customers_vat_number_check CHECK (char_length(vat_number) <= 40),
  CONSTRAINT customers_billing_email_check CHECK (billing_email LIKE '%_@_%' AND char_length(billing_email) <= 254),
  CONSTRAINT customers_phone_check CHECK (char_length(phone) <= 32),
  CONSTRAINT customers_payment_terms_days_check CHECK (payment_terms_days >= 0)
);

CREATE TABLE parts (
  id bigint GENERATED ALWAYS AS IDENTITY,
  part_number text NOT NULL,
  name text NOT NULL,
  unit text NOT NULL,
  list_price numeric(14,2) NOT NULL,
  minimum_stock integer NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT parts_pkey PRIMARY KEY (id),
  CONSTRAINT parts_part_number_key UNIQUE (part_number),
  CONSTRAINT parts_part_number_check CHECK (char_length(part_number) <= 64),
  CONSTRAINT parts_name_check CHECK (char_length(name) <= 200),
  CONSTRAINT parts_unit_check CHECK (char_length(unit) <= 200),
  CONSTRAINT parts_list_price_check CHECK (list_price >= 0),
  CONSTRAINT parts_minimum_stock_check CHECK (minimum_stock >= 0)
);

CREATE TABLE lift_models (
  id bigint GENERATED ALWAYS AS IDENTITY,
  manufacturer text NOT NULL,
  model_name text NOT NULL,
  drive_type text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT lift_models_pkey PRIMARY KEY (id),
  CONSTRAINT lift_models_manufacturer_model_name_key UNIQUE (manufacturer, model_name),
  CONSTRAINT lift_models_manufacturer_check CHECK (char_length(manufacturer) <= 200),
  CONSTRAINT lift_models_model_name_check CHECK (char_length(model_name) <= 200),
  CONSTRAINT lift_models_drive_type_check CHECK (drive_type IN ('traction', 'hydraulic', 'machine_room_less'))
);

CREATE TABLE users (
  id bigint GENERATED ALWAYS AS IDENTITY,
  role text NOT NULL,
  email text NOT NULL,
  display_name text NOT NULL,
  active_flag boolean NOT NULL DEFAULT false,
  password_hash text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT users_pkey PRIMARY KEY (id),
  CONSTRAINT users_role_check CHECK (role IN ('dispatcher', 'technician', 'billing_clerk', 'customer_contact', 'administrator')),
  CONSTRAINT users_email_check CHECK (email LIKE '%_@_%' AND char_length(email) <= 254),
  CONSTRAINT users_display_name_check CHECK (char_length(display_name) <= 200),
  CONSTRAINT users_password_hash_check CHECK (char_length(password_hash) <= 255)
);

CREATE UNIQUE INDEX users_email_key ON users ((lower(email)));

CREATE TABLE depots (
  id bigint GENERATED ALWAYS AS IDENTITY,
  code text NOT NULL,
  name text NOT NULL,
  city text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT depots_pkey PRIMARY KEY (id),
  CONSTRAINT depots_code_key UNIQUE (code),
  CONSTRAINT depots_code_check CHECK (char_length(code) <= 64),
  CONSTRAINT depots_name_check CHECK (char_length(name) <= 200),
  CONSTRAINT depots_city_check CHECK (char_length(city) <= 120)
);

COMMENT ON TABLE customers IS 'A person or company that buys or is served.';

COMMENT ON COLUMN customers.id IS 'Identifies one row of customers.';

COMMENT ON COLUMN customers.customer_number IS 'Customer number of the customer; no two share it, because it tells one from another.';

COMMENT ON COLUMN customers.company_name IS 'Company name of the customer.';

COMMENT ON COLUMN customers.vat_number IS 'Official identification number (vat number).';

COMMENT ON COLUMN customers.billing_email IS 'E-mail address of the customer.';

COMMENT ON COLUMN customers.phone IS 'Telephone number in E.164 form.';

COMMENT ON COLUMN customers.payment_terms_days IS 'Payment terms of the customer, in days.';

COMMENT ON COLUMN customers.created_at IS 'When the row was written.';

COMMENT ON COLUMN customers.updated_at IS 'When the row was last changed.';

COMMENT ON TABLE parts IS 'A part that is used in repairs or in products.';

COMMENT ON COLUMN parts.id IS 'Identifies one row of parts.';

COMMENT ON COLUMN parts.part_number IS 'Part number of the part; no two share it, because it tells one from another.';

COMMENT ON COLUMN parts.name IS 'Name of the part.';

COMMENT ON COLUMN parts.unit IS 'Unit of the part.';

COMMENT ON COLUMN parts.list_price IS 'List price of the part, as an amount of money.';

COMMENT ON COLUMN parts.minimum_stock IS 'Minimum stock of the part, as a number.';

COMMENT ON COLUMN parts.created_at IS 'When the row was written.';

COMMENT ON COLUMN parts.updated_at IS 'When the row was last changed.';

COMMENT ON TABLE lift_models IS 'Lift model: A lift model has a manufacturer, a model name and a drive type (traction, hydraulic or machine-room-less).';

COMMENT ON COLUMN lift_models.id IS 'Identifies one row of lift_models.';

COMMENT ON COLUMN lift_models.manufacturer IS 'Manufacturer of the lift model.';

COMMENT ON COLUMN lift_models.model_name IS 'Model name of the lift model.';

COMMENT ON COLUMN lift_models.drive_type IS 'Drive type of the lift model.';

COMMENT ON COLUMN lift_models.created_at IS 'When the row was written.';

COMMENT ON COLUMN lift_models.updated_at IS 'When the row was last changed.';

COMMENT ON TABLE users IS 'A person who signs in to the system.';

COMMENT ON COLUMN users.id IS 'Identifies one row of users.';

COMMENT ON COLUMN users.role IS 'What the user may do.';

COMMENT ON COLUMN users.email IS 'E-mail address of the user.';

COMMENT ON COLUMN users.display_name IS 'Display name of the user.';

COMMENT ON COLUMN users.active_flag IS 'Whether: active flag.';

COMMENT ON COLUMN users.password_hash IS 'Salted hash of the secret; the secret itself is never stored.';

COMMENT ON COLUMN users.created_at IS 'When the row was written.';

COMMENT ON COLUMN users.updated_at IS 'When the row was last changed.';

COMMENT ON TABLE depots IS 'A building where goods are kept.';

COMMENT ON COLUMN depots.id IS 'Identifies one row of depots.';

COMMENT ON COLUMN depots.code IS 'Code of the depot.';

COMMENT ON COLUMN depots.name IS 'Name of the depot.';

COMMENT ON COLUMN depots.city IS 'City of the address.';

COMMENT ON COLUMN depots.created_at IS 'When the row was written.';

COMMENT ON COLUMN depots.updated_at IS 'When the row was last changed.';
-- database-specialist sha256:ee0a9dfa27b187e61608b79178bf5c78d868b6f20063361021f13098704586f0
