SET lock_timeout = '5s';

CREATE TABLE sites (
  id bigint GENERATED ALWAYS AS IDENTITY,
  customer_id bigint NOT NULL,
  name text NOT NULL,
  street text NOT NULL,
  postal_code text NOT NULL,
  city text NOT NULL,
  country text NOT NULL,
  access_notes text NOT NULL,
  caretaker_phone text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT sites_pkey PRIMARY KEY (id),
  CONSTRAINT sites_name_check CHECK (char_length(name) <= 200),
  CONSTRAINT sites_street_check CHECK (char_length(street) <= 300),
  CONSTRAINT sites_postal_code_check CHECK (char_length(postal_code) <= 16),
  CONSTRAINT sites_city_check CHECK (char_length(city) <= 120),
  CONSTRAINT sites_country_check CHECK (country ~ '^[A-Z]{2}$'),
  CONSTRAINT sites_caretaker_phone_check CHECK (char_length(caretaker_phone) <= 32),
  CONSTRAINT sites_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE RESTRICT
);

CREATE TABLE invoices (
  id bigint GENERATED ALWAYS AS IDENTITY,
  customer_id bigint NOT NULL,
  invoice_number text NOT NULL,
  issue_date date NOT NULL,
  due_date date NOT NULL,
  currency text NOT NULL,
  status text NOT NULL DEFAULT 'draft',
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT invoices_pkey PRIMARY KEY (id),
  CONSTRAINT invoices_invoice_number_key UNIQUE (invoice_number),
  CONSTRAINT invoices_invoice_number_check CHECK (char_length(invoice_number) <= 64),
  CONSTRAINT invoices_currency_check CHECK (char_length(currency) <= 3 AND currency ~ '^[A-Z]{3}$'),
  CONSTRAINT invoices_status_check CHECK (status IN ('draft', 'sent', 'paid', 'overdue', 'cancelled')),
  CONSTRAINT invoices_invoice_due_date_after_issue_date_check CHECK (due_date >= issue_date),
  CONSTRAINT invoices_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE RESTRICT
);

CREATE TABLE contracts (
  id bigint GENERATED ALWAYS AS IDENTITY,
  customer_id bigint NOT NULL,
  contract_number text NOT NULL,
  start_date date NOT NULL,
  end_date date,
  service_level text NOT NULL,
  monthly_fee numeric(14,2) NOT NULL,
  currency text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT contracts_pkey PRIMARY KEY (id),
  CONSTRAINT contracts_contract_number_key UNIQUE (contract_number),
  CONSTRAINT contracts_contract_number_check CHECK (char_length(contract_number) <= 64),
  CONSTRAINT contracts_service_level_check CHECK (service_level IN ('basic', 'standard', 'premium')),
  CONSTRAINT contracts_monthly_fee_check CHECK (monthly_fee >= 0),
  CONSTRAINT contracts_currency_check CHECK (char_length(currency) <= 3 AND currency ~ '^[A-Z]{3}$'),
  CONSTRAINT contracts_contract_end_date_after_start_date_check CHECK (end_date >= start_date),
  CONSTRAINT contracts_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE RESTRICT
);

CREATE TABLE stock (
  id bigint GENERATED ALWAYS AS IDENTITY,
  part_id bigint NOT NULL,
  depot_id bigint NOT NULL,
  quantity_on_hand integer NOT NULL,
  quantity_reserved integer NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT stock_pkey PRIMARY KEY (id),
  CONSTRAINT stock_part_id_depot_id_key UNIQUE (part_id, depot_id),
  CONSTRAINT stock_quantity_on_hand_check CHECK (quantity_on_hand >= 0),
  CONSTRAINT stock_quantity_reserved_check CHECK (quantity_reserved >= 0),
  CONSTRAINT stock_part_id_fkey FOREIGN KEY (part_id) REFERENCES parts (id) ON DELETE CASCADE,
  CONSTRAINT stock_depot_id_fkey FOREIGN KEY (depot_id) REFERENCES depots (id) ON DELETE RESTRICT
);

CREATE TABLE technicians (
  id bigint GENERATED ALWAYS AS IDENTITY,
  user_id bigint,
  home_depot_id bigint,
  personnel_number text NOT NULL,
  name text NOT NULL,
  mobile_phone text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT technicians_pkey PRIMARY KEY (id),
  CONSTRAINT technicians_personnel_number_key UNIQUE (personnel_number),
  CONSTRAINT technicians_user_id_key UNIQUE (user_id),
  CONSTRAINT technicians_personnel_number_check CHECK (char_length(personnel_number) <= 64),
  CONSTRAINT technicians_name_check CHECK (char_length(name) <= 200),
  CONSTRAINT technicians_mobile_phone_check CHECK (char_length(mobile_phone) <= 32),
  CONSTRAINT technicians_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE SET NULL,
  CONSTRAINT technicians_home_depot_id_fkey FOREIGN KEY (home_depot_id) REFERENCES depots (id) ON DELETE SET NULL
);

CREATE TABLE audit_logs (
  id bigint GENERATED ALWAYS AS IDENTITY,
  user_id bigint,
  time timestamptz NOT NULL,
  action text NOT NULL,
  values_before text NOT NULL,
  after jsonb NOT NULL,
  CONSTRAINT audit_logs_pkey PRIMARY KEY (id),
  CONSTRAINT audit_logs_action_check CHECK (char_length(action) <= 60),
  CONSTRAINT audit_logs_values_before_check CHECK (char_length(values_before) <= 200),
  CONSTRAINT audit_logs_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE SET NULL
);

CREATE TABLE sessions (
  id bigint GENERATED ALWAYS AS IDENTITY,
  user_id bigint NOT NULL,
  token text NOT NULL,
  expires_at timestamptz NOT NULL,
  ip_address inet,
  user_agent text,
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT sessions_pkey PRIMARY KEY (id),
  CONSTRAINT sessions_token_key UNIQUE (token),
  CONSTRAINT sessions_token_check CHECK (char_length(token) <= 255),
  CONSTRAINT sessions_user_agent_check CHECK (char_length(user_agent) <= 500),
  CONSTRAINT sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE TABLE password_reset_tokens (
  id bigint GENERATED ALWAYS AS IDENTITY,
  user_id bigint NOT NULL,
  token_hash text NOT NULL,
  expires_at timestamptz NOT NULL,
  used_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT password_reset_tokens_pkey PRIMARY KEY (id),
  CONSTRAINT password_reset_tokens_token_hash_key UNIQUE (token_hash),
  CONSTRAINT password_reset_tokens_token_hash_check CHECK (char_length(token_hash) <= 255),
  CONSTRAINT password_reset_tokens_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);

COMMENT ON TABLE sites IS 'A place where the organisation works.';

COMMENT ON COLUMN sites.id IS 'Identifies one row of sites.';

COMMENT ON COLUMN sites.customer_id IS 'The customer of this site, a row of customers.';

COMMENT ON COLUMN sites.name IS 'Name of the site.';

COMMENT ON COLUMN sites.street IS 'Postal address (street).';

COMMENT ON COLUMN sites.postal_code IS 'Postal code.';

COMMENT ON COLUMN sites.city IS 'City of the address.';

COMMENT ON COLUMN sites.country IS 'ISO 3166-1 alpha-2 code.';

COMMENT ON COLUMN sites.access_notes IS 'Access notes of the site, as free text.';

COMMENT ON COLUMN sites.caretaker_phone IS 'Telephone number in E.164 form.';

COMMENT ON COLUMN sites.created_at IS 'When the row was written.';

COMMENT ON COLUMN sites.updated_at IS 'When the row was last changed.';

COMMENT ON TABLE invoices IS 'A demand for payment.';

COMMENT ON COLUMN invoices.id IS 'Identifies one row of invoices.';

COMMENT ON COLUMN invoices.customer_id IS 'The customer of this invoice, a row of customers.';

COMMENT ON COLUMN invoices.invoice_number IS 'Invoice number of the invoice; no two share it, because it tells one from another.';

COMMENT ON COLUMN invoices.issue_date IS 'Issue date of the invoice, as a date.';

COMMENT ON COLUMN invoices.due_date IS 'Due date of the invoice, as a date.';

COMMENT ON COLUMN invoices.currency IS 'ISO 4217 code of the amounts.';

COMMENT ON COLUMN invoices.status IS 'Where the invoice stands.';

COMMENT ON COLUMN invoices.created_at IS 'When the row was written.';

COMMENT ON COLUMN invoices.updated_at IS 'When the row was last changed.';

COMMENT ON TABLE contracts IS 'An agreement with a party.';

COMMENT ON COLUMN contracts.id IS 'Identifies one row of contracts.';

COMMENT ON COLUMN contracts.customer_id IS 'The customer of this contract, a row of customers.';

COMMENT ON COLUMN contracts.contract_number IS 'Contract number of the contract; no two share it, because it tells one from another.';

COMMENT ON COLUMN contracts.start_date IS 'Start date of the contract, as a date.';

COMMENT ON COLUMN contracts.end_date IS 'End date of the contract, as a date.';

COMMENT ON COLUMN contracts.service_level IS 'Service level of the contract.';

COMMENT ON COLUMN contracts.monthly_fee IS 'Monthly fee of the contract, as an amount of money.';

COMMENT ON COLUMN contracts.currency IS 'ISO 4217 code of the amounts.';

COMMENT ON COLUMN contracts.created_at IS 'When the row was written.';

COMMENT ON COLUMN contracts.updated_at IS 'When the row was last changed.';

COMMENT ON TABLE stock IS 'How much of a product is on hand, and where.';

COMMENT ON COLUMN stock.id IS 'Identifies one row of stock.';

COMMENT ON COLUMN stock.part_id IS 'The part of this stock, a row of parts.';

COMMENT ON COLUMN stock.depot_id IS 'The depot of this stock, a row of depots.';

COMMENT ON COLUMN stock.quantity_on_hand IS 'Quantity on hand of the stock, as a number.';

COMMENT ON COLUMN stock.quantity_reserved IS 'Quantity reserved of the stock, as a number.';

COMMENT ON COLUMN stock.created_at IS 'When the row was written.';

COMMENT ON COLUMN stock.updated_at IS 'When the row was last changed.';

COMMENT ON TABLE technicians IS 'Technician: The administrator manages technicians with personnel number, full name, mobile phone and home depot.';

COMMENT ON COLUMN technicians.id IS 'Identifies one row of technicians.';

COMMENT ON COLUMN technicians.user_id IS 'The user of this technician, a row of users; null when there is none.';

COMMENT ON COLUMN technicians.home_depot_id IS 'The home depot of this technician, a row of depots; null when there is none.';

COMMENT ON COLUMN technicians.personnel_number IS 'Personnel number of the technician; no two share it, because it tells one from another.';

COMMENT ON COLUMN technicians.name IS 'Name of the technician.';

COMMENT ON COLUMN technicians.mobile_phone IS 'Telephone number in E.164 form.';

COMMENT ON COLUMN technicians.created_at IS 'When the row was written.';

COMMENT ON COLUMN technicians.updated_at IS 'When the row was last changed.';

COMMENT ON TABLE audit_logs IS 'Who did what, to which record, and when. Append-only: the application''s login is granted no UPDATE on it.';

COMMENT ON COLUMN audit_logs.id IS 'Identifies one row of audit_logs.';

COMMENT ON COLUMN audit_logs.user_id IS 'The user of this audit log, a row of users; null when there is none.';

COMMENT ON COLUMN audit_logs.time IS 'Moment: time.';

COMMENT ON COLUMN audit_logs.action IS 'Action of the audit log.';

COMMENT ON COLUMN audit_logs.values_before IS 'Values before of the audit log.';

COMMENT ON COLUMN audit_logs.after IS 'Structured after whose keys vary.';

COMMENT ON TABLE sessions IS 'A signed-in client.';

COMMENT ON COLUMN sessions.id IS 'Identifies one row of sessions.';

COMMENT ON COLUMN sessions.user_id IS 'The user of this session, a row of users.';

COMMENT ON COLUMN sessions.token IS 'Hash of the token that the client presents.';

COMMENT ON COLUMN sessions.expires_at IS 'Moment: expires at.';

COMMENT ON COLUMN sessions.ip_address IS 'Network address of the client.';

COMMENT ON COLUMN sessions.user_agent IS 'Browser or app that was used.';

COMMENT ON COLUMN sessions.created_at IS 'When the row was written.';

COMMENT ON TABLE password_reset_tokens IS 'A single-use token for setting a new password.';

COMMENT ON COLUMN password_reset_tokens.id IS 'Identifies one row of password_reset_tokens.';

COMMENT ON COLUMN password_reset_tokens.user_id IS 'The user of this password reset token, a row of users.';

COMMENT ON COLUMN password_reset_tokens.token_hash IS 'Hash of the secret; the secret itself is shown once and never stored.';

COMMENT ON COLUMN password_reset_tokens.expires_at IS 'Moment: expires at.';

COMMENT ON COLUMN password_reset_tokens.used_at IS 'Moment: used at.';

COMMENT ON COLUMN password_reset_tokens.created_at IS 'When the row was written.';
-- database-specialist sha256:a0f5c1af41de9566c7b3934b39233dd1a15bac9c35c17f24a4394741c117aad2
