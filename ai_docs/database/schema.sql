-- Tables

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

CREATE TABLE lifts (
  id bigint GENERATED ALWAYS AS IDENTITY,
  customer_id bigint NOT NULL,
  site_id bigint NOT NULL,
  lift_model_id bigint NOT NULL,
  serial_number text NOT NULL,
  installation_date date NOT NULL,
  number_of_floors integer NOT NULL,
  rated_load_kg numeric(17,3) NOT NULL,
  status text NOT NULL DEFAULT 'in_service',
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT lifts_pkey PRIMARY KEY (id),
  CONSTRAINT lifts_serial_number_key UNIQUE (serial_number),
  CONSTRAINT lifts_serial_number_check CHECK (char_length(serial_number) <= 64),
  CONSTRAINT lifts_number_of_floors_check CHECK (number_of_floors >= 0),
  CONSTRAINT lifts_status_check CHECK (status IN ('in_service', 'out_of_order', 'decommissioned')),
  CONSTRAINT lifts_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE RESTRICT,
  CONSTRAINT lifts_site_id_fkey FOREIGN KEY (site_id) REFERENCES sites (id) ON DELETE RESTRICT,
  CONSTRAINT lifts_lift_model_id_fkey FOREIGN KEY (lift_model_id) REFERENCES lift_models (id) ON DELETE RESTRICT
);

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

CREATE TABLE certificates (
  id bigint GENERATED ALWAYS AS IDENTITY,
  technician_id bigint NOT NULL,
  certificate_type text NOT NULL,
  number text NOT NULL,
  valid_until date NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT certificates_pkey PRIMARY KEY (id),
  CONSTRAINT certificates_certificate_type_check CHECK (char_length(certificate_type) <= 60),
  CONSTRAINT certificates_number_check CHECK (char_length(number) <= 64),
  CONSTRAINT certificates_technician_id_fkey FOREIGN KEY (technician_id) REFERENCES technicians (id) ON DELETE CASCADE
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

CREATE TABLE payments (
  id bigint GENERATED ALWAYS AS IDENTITY,
  invoice_id bigint NOT NULL,
  amount numeric(14,2) NOT NULL,
  date_received date NOT NULL,
  method text NOT NULL,
  bank_reference text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT payments_pkey PRIMARY KEY (id),
  CONSTRAINT payments_amount_check CHECK (amount > 0),
  CONSTRAINT payments_method_check CHECK (method IN ('bank_transfer', 'card', 'direct_debit')),
  CONSTRAINT payments_bank_reference_check CHECK (char_length(bank_reference) <= 64),
  CONSTRAINT payments_invoice_id_fkey FOREIGN KEY (invoice_id) REFERENCES invoices (id) ON DELETE RESTRICT
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

CREATE TABLE invoice_items (
  id bigint GENERATED ALWAYS AS IDENTITY,
  invoice_id bigint NOT NULL,
  description text,
  quantity integer NOT NULL,
  unit_price numeric(14,2) NOT NULL,
  tax_rate numeric(5,2) NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT invoice_items_pkey PRIMARY KEY (id),
  CONSTRAINT invoice_items_quantity_check CHECK (quantity >= 1),
  CONSTRAINT invoice_items_unit_price_check CHECK (unit_price >= 0),
  CONSTRAINT invoice_items_tax_rate_check CHECK (tax_rate >= 0 AND tax_rate <= 100),
  CONSTRAINT invoice_items_invoice_id_fkey FOREIGN KEY (invoice_id) REFERENCES invoices (id) ON DELETE CASCADE
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

CREATE TABLE visit_parts (
  part_id bigint NOT NULL,
  visit_id bigint NOT NULL,
  quantity integer NOT NULL,
  unit_price numeric(14,2) NOT NULL,
  CONSTRAINT visit_parts_pkey PRIMARY KEY (part_id, visit_id),
  CONSTRAINT visit_parts_quantity_check CHECK (quantity >= 1),
  CONSTRAINT visit_parts_unit_price_check CHECK (unit_price >= 0),
  CONSTRAINT visit_parts_visit_id_fkey FOREIGN KEY (visit_id) REFERENCES visits (id) ON DELETE CASCADE,
  CONSTRAINT visit_parts_part_id_fkey FOREIGN KEY (part_id) REFERENCES parts (id) ON DELETE RESTRICT
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

-- Functions and triggers

CREATE FUNCTION set_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.updated_at := now();
  RETURN NEW;
END
$$;

CREATE FUNCTION work_orders_work_order_states() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.status IS DISTINCT FROM OLD.status AND NOT ((OLD.status = 'open' AND NEW.status IN ('planned', 'cancelled'))
      OR (OLD.status = 'planned' AND NEW.status IN ('in_progress', 'cancelled'))
      OR (OLD.status = 'in_progress' AND NEW.status IN ('done'))
      OR (OLD.status = 'done' AND NEW.status IN ('invoiced'))) THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'work_orders_work_order_states',
      TABLE = 'work_orders', MESSAGE = 'Work order rows change their status only along these steps: open to planned, planned to in_progress, in_progress to done, done to invoiced, open to cancelled, planned to cancelled.';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER work_orders_work_order_states BEFORE UPDATE OF status ON work_orders
  FOR EACH ROW EXECUTE FUNCTION work_orders_work_order_states();

CREATE TRIGGER lifts_updated_at_touch BEFORE UPDATE ON lifts
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
  EXECUTE FUNCTION set_updated_at();

CREATE FUNCTION lifts_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.created_at IS DISTINCT FROM OLD.created_at THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'lifts_immutable',
      TABLE = 'lifts', MESSAGE = 'created_at of lifts cannot change once written';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER lifts_immutable BEFORE UPDATE OF created_at ON lifts
  FOR EACH ROW EXECUTE FUNCTION lifts_immutable();

CREATE TRIGGER work_orders_updated_at_touch BEFORE UPDATE ON work_orders
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
  EXECUTE FUNCTION set_updated_at();

CREATE FUNCTION work_orders_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.created_at IS DISTINCT FROM OLD.created_at THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'work_orders_immutable',
      TABLE = 'work_orders', MESSAGE = 'created_at of work_orders cannot change once written';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER work_orders_immutable BEFORE UPDATE OF created_at ON work_orders
  FOR EACH ROW EXECUTE FUNCTION work_orders_immutable();

CREATE TRIGGER sites_updated_at_touch BEFORE UPDATE ON sites
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
  EXECUTE FUNCTION set_updated_at();

CREATE FUNCTION sites_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.created_at IS DISTINCT FROM OLD.created_at THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'sites_immutable',
      TABLE = 'sites', MESSAGE = 'created_at of sites cannot change once written';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER sites_immutable BEFORE UPDATE OF created_at ON sites
  FOR EACH ROW EXECUTE FUNCTION sites_immutable();

CREATE TRIGGER customers_updated_at_touch BEFORE UPDATE ON customers
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
  EXECUTE FUNCTION set_updated_at();

CREATE FUNCTION customers_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.created_at IS DISTINCT FROM OLD.created_at THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'customers_immutable',
      TABLE = 'customers', MESSAGE = 'created_at of customers cannot change once written';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER customers_immutable BEFORE UPDATE OF created_at ON customers
  FOR EACH ROW EXECUTE FUNCTION customers_immutable();

CREATE TRIGGER invoices_updated_at_touch BEFORE UPDATE ON invoices
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
  EXECUTE FUNCTION set_updated_at();

CREATE FUNCTION invoices_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.created_at IS DISTINCT FROM OLD.created_at THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'invoices_immutable',
      TABLE = 'invoices', MESSAGE = 'created_at of invoices cannot change once written';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER invoices_immutable BEFORE UPDATE OF created_at ON invoices
  FOR EACH ROW EXECUTE FUNCTION invoices_immutable();

CREATE TRIGGER parts_updated_at_touch BEFORE UPDATE ON parts
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
  EXECUTE FUNCTION set_updated_at();

CREATE FUNCTION parts_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.created_at IS DISTINCT FROM OLD.created_at THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'parts_immutable',
      TABLE = 'parts', MESSAGE = 'created_at of parts cannot change once written';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER parts_immutable BEFORE UPDATE OF created_at ON parts
  FOR EACH ROW EXECUTE FUNCTION parts_immutable();

CREATE TRIGGER lift_models_updated_at_touch BEFORE UPDATE ON lift_models
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
  EXECUTE FUNCTION set_updated_at();

CREATE FUNCTION lift_models_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.created_at IS DISTINCT FROM OLD.created_at THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'lift_models_immutable',
      TABLE = 'lift_models', MESSAGE = 'created_at of lift_models cannot change once written';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER lift_models_immutable BEFORE UPDATE OF created_at ON lift_models
  FOR EACH ROW EXECUTE FUNCTION lift_models_immutable();

CREATE TRIGGER users_updated_at_touch BEFORE UPDATE ON users
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
  EXECUTE FUNCTION set_updated_at();

CREATE FUNCTION users_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.created_at IS DISTINCT FROM OLD.created_at THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'users_immutable',
      TABLE = 'users', MESSAGE = 'created_at of users cannot change once written';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER users_immutable BEFORE UPDATE OF created_at ON users
  FOR EACH ROW EXECUTE FUNCTION users_immutable();

CREATE TRIGGER depots_updated_at_touch BEFORE UPDATE ON depots
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
  EXECUTE FUNCTION set_updated_at();

CREATE FUNCTION depots_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.created_at IS DISTINCT FROM OLD.created_at THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'depots_immutable',
      TABLE = 'depots', MESSAGE = 'created_at of depots cannot change once written';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER depots_immutable BEFORE UPDATE OF created_at ON depots
  FOR EACH ROW EXECUTE FUNCTION depots_immutable();

CREATE TRIGGER certificates_updated_at_touch BEFORE UPDATE ON certificates
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
  EXECUTE FUNCTION set_updated_at();

CREATE FUNCTION certificates_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.created_at IS DISTINCT FROM OLD.created_at THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'certificates_immutable',
      TABLE = 'certificates', MESSAGE = 'created_at of certificates cannot change once written';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER certificates_immutable BEFORE UPDATE OF created_at ON certificates
  FOR EACH ROW EXECUTE FUNCTION certificates_immutable();

CREATE TRIGGER attachments_updated_at_touch BEFORE UPDATE ON attachments
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
  EXECUTE FUNCTION set_updated_at();

CREATE FUNCTION attachments_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.created_at IS DISTINCT FROM OLD.created_at THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'attachments_immutable',
      TABLE = 'attachments', MESSAGE = 'created_at of attachments cannot change once written';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER attachments_immutable BEFORE UPDATE OF created_at ON attachments
  FOR EACH ROW EXECUTE FUNCTION attachments_immutable();

CREATE TRIGGER contracts_updated_at_touch BEFORE UPDATE ON contracts
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
  EXECUTE FUNCTION set_updated_at();

CREATE FUNCTION contracts_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.created_at IS DISTINCT FROM OLD.created_at THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'contracts_immutable',
      TABLE = 'contracts', MESSAGE = 'created_at of contracts cannot change once written';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER contracts_immutable BEFORE UPDATE OF created_at ON contracts
  FOR EACH ROW EXECUTE FUNCTION contracts_immutable();

CREATE TRIGGER visits_updated_at_touch BEFORE UPDATE ON visits
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
  EXECUTE FUNCTION set_updated_at();

CREATE FUNCTION visits_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.created_at IS DISTINCT FROM OLD.created_at THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'visits_immutable',
      TABLE = 'visits', MESSAGE = 'created_at of visits cannot change once written';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER visits_immutable BEFORE UPDATE OF created_at ON visits
  FOR EACH ROW EXECUTE FUNCTION visits_immutable();

CREATE FUNCTION readings_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.lift_id IS DISTINCT FROM OLD.lift_id OR NEW.time IS DISTINCT FROM OLD.time OR NEW.door_cycles IS DISTINCT FROM OLD.door_cycles OR NEW.trips IS DISTINCT FROM OLD.trips OR NEW.motor_temperature IS DISTINCT FROM OLD.motor_temperature OR NEW.error_code IS DISTINCT FROM OLD.error_code THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'readings_append_only',
      TABLE = 'readings', MESSAGE = 'readings is append-only: what it says is never changed';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER readings_append_only BEFORE UPDATE ON readings
  FOR EACH ROW EXECUTE FUNCTION readings_append_only();

CREATE TRIGGER stock_updated_at_touch BEFORE UPDATE ON stock
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
  EXECUTE FUNCTION set_updated_at();

CREATE FUNCTION stock_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.created_at IS DISTINCT FROM OLD.created_at THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'stock_immutable',
      TABLE = 'stock', MESSAGE = 'created_at of stock cannot change once written';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER stock_immutable BEFORE UPDATE OF created_at ON stock
  FOR EACH ROW EXECUTE FUNCTION stock_immutable();

CREATE TRIGGER technicians_updated_at_touch BEFORE UPDATE ON technicians
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
  EXECUTE FUNCTION set_updated_at();

CREATE FUNCTION technicians_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.created_at IS DISTINCT FROM OLD.created_at THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'technicians_immutable',
      TABLE = 'technicians', MESSAGE = 'created_at of technicians cannot change once written';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER technicians_immutable BEFORE UPDATE OF created_at ON technicians
  FOR EACH ROW EXECUTE FUNCTION technicians_immutable();

CREATE TRIGGER payments_updated_at_touch BEFORE UPDATE ON payments
  FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
  EXECUTE FUNCTION set_updated_at();

CREATE FUNCTION payments_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.created_at IS DISTINCT FROM OLD.created_at THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'payments_immutable',
      TABLE = 'payments', MESSAGE = 'created_at of payments cannot change once written';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER payments_immutable BEFORE UPDATE OF created_at ON payments
  FOR EACH ROW EXECUTE FUNCTION payments_immutable();

CREATE FUNCTION audit_logs_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.time IS DISTINCT FROM OLD.time OR NEW.action IS DISTINCT FROM OLD.action OR NEW.values_before IS DISTINCT FROM OLD.values_before OR NEW.after IS DISTINCT FROM OLD.after OR (NEW.user_id IS NOT NULL AND NEW.user_id IS DISTINCT FROM OLD.user_id) THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'audit_logs_append_only',
      TABLE = 'audit_logs', MESSAGE = 'audit_logs is append-only: what it says is never changed';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER audit_logs_append_only BEFORE UPDATE ON audit_logs
  FOR EACH ROW EXECUTE FUNCTION audit_logs_append_only();

CREATE FUNCTION invoice_items_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.created_at IS DISTINCT FROM OLD.created_at THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'invoice_items_immutable',
      TABLE = 'invoice_items', MESSAGE = 'created_at of invoice_items cannot change once written';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER invoice_items_immutable BEFORE UPDATE OF created_at ON invoice_items
  FOR EACH ROW EXECUTE FUNCTION invoice_items_immutable();

CREATE FUNCTION sessions_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.created_at IS DISTINCT FROM OLD.created_at THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'sessions_immutable',
      TABLE = 'sessions', MESSAGE = 'created_at of sessions cannot change once written';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER sessions_immutable BEFORE UPDATE OF created_at ON sessions
  FOR EACH ROW EXECUTE FUNCTION sessions_immutable();

CREATE FUNCTION password_reset_tokens_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.created_at IS DISTINCT FROM OLD.created_at THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'password_reset_tokens_immutable',
      TABLE = 'password_reset_tokens', MESSAGE = 'created_at of password_reset_tokens cannot change once written';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER password_reset_tokens_immutable BEFORE UPDATE OF created_at ON password_reset_tokens
  FOR EACH ROW EXECUTE FUNCTION password_reset_tokens_immutable();

CREATE FUNCTION contract_lifts_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.created_at IS DISTINCT FROM OLD.created_at THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'contract_lifts_immutable',
      TABLE = 'contract_lifts', MESSAGE = 'created_at of contract_lifts cannot change once written';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER contract_lifts_immutable BEFORE UPDATE OF created_at ON contract_lifts
  FOR EACH ROW EXECUTE FUNCTION contract_lifts_immutable();

-- Comments

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

COMMENT ON TABLE lifts IS 'Lift: A lift has a serial number, an installation date, a number of floors, a rated load in kg and a status: in service, out ...';
COMMENT ON COLUMN lifts.id IS 'Identifies one row of lifts.';
COMMENT ON COLUMN lifts.customer_id IS 'The customer of this lift, a row of customers.';
COMMENT ON COLUMN lifts.site_id IS 'The site of this lift, a row of sites.';
COMMENT ON COLUMN lifts.lift_model_id IS 'The lift model of this lift, a row of lift_models.';
COMMENT ON COLUMN lifts.serial_number IS 'Serial number of the lift.';
COMMENT ON COLUMN lifts.installation_date IS 'Installation date of the lift, as a date.';
COMMENT ON COLUMN lifts.number_of_floors IS 'Number of floors of the lift, as a number.';
COMMENT ON COLUMN lifts.rated_load_kg IS 'Rated load kg of the lift, as a measured value.';
COMMENT ON COLUMN lifts.status IS 'Where the lift stands.';
COMMENT ON COLUMN lifts.created_at IS 'When the row was written.';
COMMENT ON COLUMN lifts.updated_at IS 'When the row was last changed.';

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

COMMENT ON TABLE attachments IS 'A file that hangs on another record.';
COMMENT ON COLUMN attachments.id IS 'Identifies one row of attachments.';
COMMENT ON COLUMN attachments.work_order_id IS 'The work order of this attachment, a row of work_orders.';
COMMENT ON COLUMN attachments.file_name IS 'File name of the attachment.';
COMMENT ON COLUMN attachments.content_type IS 'Content type of the attachment.';
COMMENT ON COLUMN attachments.size IS 'Size of the attachment, as a measured value.';
COMMENT ON COLUMN attachments.storage_key IS 'Key of the file in object storage (storage key).';
COMMENT ON COLUMN attachments.created_at IS 'When the row was written.';
COMMENT ON COLUMN attachments.updated_at IS 'When the row was last changed.';

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

COMMENT ON TABLE readings IS 'A measured value at a time. Append-only: the application''s login is granted no UPDATE on it.';
COMMENT ON COLUMN readings.id IS 'Identifies one row of readings.';
COMMENT ON COLUMN readings.lift_id IS 'The lift of this reading, a row of lifts.';
COMMENT ON COLUMN readings.time IS 'Moment: time.';
COMMENT ON COLUMN readings.door_cycles IS 'Door cycles of the reading.';
COMMENT ON COLUMN readings.trips IS 'Trips of the reading.';
COMMENT ON COLUMN readings.motor_temperature IS 'Motor temperature of the reading, as a measured value.';
COMMENT ON COLUMN readings.error_code IS 'Error code of the reading.';

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

COMMENT ON TABLE certificates IS 'Proof of something completed.';
COMMENT ON COLUMN certificates.id IS 'Identifies one row of certificates.';
COMMENT ON COLUMN certificates.technician_id IS 'The technician of this certificate, a row of technicians.';
COMMENT ON COLUMN certificates.certificate_type IS 'Certificate type of the certificate.';
COMMENT ON COLUMN certificates.number IS 'Number of the certificate.';
COMMENT ON COLUMN certificates.valid_until IS 'Moment: valid until.';
COMMENT ON COLUMN certificates.created_at IS 'When the row was written.';
COMMENT ON COLUMN certificates.updated_at IS 'When the row was last changed.';

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

COMMENT ON TABLE payments IS 'Money that was received.';
COMMENT ON COLUMN payments.id IS 'Identifies one row of payments.';
COMMENT ON COLUMN payments.invoice_id IS 'The invoice of this payment, a row of invoices.';
COMMENT ON COLUMN payments.amount IS 'Amount of the payment, as an amount of money.';
COMMENT ON COLUMN payments.date_received IS 'Date received of the payment, as a date.';
COMMENT ON COLUMN payments.method IS 'Method of the payment.';
COMMENT ON COLUMN payments.bank_reference IS 'Bank reference of the payment.';
COMMENT ON COLUMN payments.created_at IS 'When the row was written.';
COMMENT ON COLUMN payments.updated_at IS 'When the row was last changed.';

COMMENT ON TABLE audit_logs IS 'Who did what, to which record, and when. Append-only: the application''s login is granted no UPDATE on it.';
COMMENT ON COLUMN audit_logs.id IS 'Identifies one row of audit_logs.';
COMMENT ON COLUMN audit_logs.user_id IS 'The user of this audit log, a row of users; null when there is none.';
COMMENT ON COLUMN audit_logs.time IS 'Moment: time.';
COMMENT ON COLUMN audit_logs.action IS 'Action of the audit log.';
COMMENT ON COLUMN audit_logs.values_before IS 'Values before of the audit log.';
COMMENT ON COLUMN audit_logs.after IS 'Structured after whose keys vary.';

COMMENT ON TABLE invoice_items IS 'One position of an invoice.';
COMMENT ON COLUMN invoice_items.id IS 'Identifies one row of invoice_items.';
COMMENT ON COLUMN invoice_items.invoice_id IS 'The invoice of this invoice item, a row of invoices.';
COMMENT ON COLUMN invoice_items.description IS 'Description of the invoice item, as free text.';
COMMENT ON COLUMN invoice_items.quantity IS 'Quantity of the invoice item, as a number.';
COMMENT ON COLUMN invoice_items.unit_price IS 'Unit price of the invoice item, as an amount of money.';
COMMENT ON COLUMN invoice_items.tax_rate IS 'Tax rate of the invoice item, in percent.';
COMMENT ON COLUMN invoice_items.created_at IS 'When the row was written.';

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

COMMENT ON TABLE contract_lifts IS 'Lift of contract, with what is kept of the pair.';
COMMENT ON COLUMN contract_lifts.contract_id IS 'The contract of this contract lift, a row of contracts.';
COMMENT ON COLUMN contract_lifts.lift_id IS 'The lift of this contract lift, a row of lifts.';
COMMENT ON COLUMN contract_lifts.inspection_interval_months IS 'Inspection interval of the contract lift, in months.';
COMMENT ON COLUMN contract_lifts.created_at IS 'When the row was written.';

COMMENT ON TABLE visit_parts IS 'Part of visit, with what is kept of the pair.';
COMMENT ON COLUMN visit_parts.part_id IS 'The part of this visit part, a row of parts.';
COMMENT ON COLUMN visit_parts.visit_id IS 'The visit of this visit part, a row of visits.';
COMMENT ON COLUMN visit_parts.quantity IS 'Quantity of the visit part, as a number.';
COMMENT ON COLUMN visit_parts.unit_price IS 'Unit price of the visit part, as an amount of money.';

COMMENT ON TABLE work_order_status_histories IS 'The states that work order rows went through. Append-only: the application''s login is granted no UPDATE on it.';
COMMENT ON COLUMN work_order_status_histories.id IS 'Identifies one row of work_order_status_histories.';
COMMENT ON COLUMN work_order_status_histories.work_order_id IS 'The work order of this work order status history, a row of work_orders.';
COMMENT ON COLUMN work_order_status_histories.changed_by_id IS 'The changed by of this work order status history, a row of users; null when there is none.';
COMMENT ON COLUMN work_order_status_histories.from_status IS 'From status of the work order status history.';
COMMENT ON COLUMN work_order_status_histories.to_status IS 'To status of the work order status history.';
COMMENT ON COLUMN work_order_status_histories.reason IS 'Reason in a sentence.';
COMMENT ON COLUMN work_order_status_histories.changed_at IS 'Moment: changed at.';

-- Indexes

CREATE INDEX customers_created_at_id_idx ON customers (created_at, id);
CREATE INDEX sites_to_tsvector_simple_name_idx ON sites USING gin ((to_tsvector('simple', name)));
CREATE INDEX sites_lower_city_idx ON sites ((lower(city)) text_pattern_ops);
CREATE INDEX sites_customer_id_idx ON sites (customer_id);
CREATE INDEX invoices_customer_id_due_date_id_idx ON invoices (customer_id, due_date, id) WHERE status IN ('sent', 'overdue');
CREATE INDEX invoices_created_at_idx ON invoices (created_at);
CREATE INDEX invoices_customer_id_idx ON invoices (customer_id);
CREATE INDEX parts_name_id_minimum_stock_idx ON parts (name, id, minimum_stock);
CREATE INDEX lifts_serial_number_idx ON lifts (serial_number text_pattern_ops);
CREATE INDEX lifts_site_id_idx ON lifts (site_id);
CREATE INDEX lifts_customer_id_idx ON lifts (customer_id);
CREATE INDEX lifts_lift_model_id_idx ON lifts (lift_model_id);
CREATE INDEX work_orders_priority_rank_created_at_id_idx ON work_orders ((CASE priority WHEN 'trapped' THEN 1 WHEN 'urgent' THEN 2 WHEN 'normal' THEN 3 WHEN 'planned' THEN 4 END), created_at, id) WHERE status IN ('open', 'planned');
CREATE INDEX work_orders_to_tsvector_simple_description_idx ON work_orders USING gin ((to_tsvector('simple', description)));
CREATE INDEX work_orders_lift_id_idx ON work_orders (lift_id);
CREATE INDEX attachments_work_order_id_idx ON attachments (work_order_id);
CREATE INDEX contracts_end_date_id_idx ON contracts (end_date, id);
CREATE INDEX contracts_customer_id_idx ON contracts (customer_id);
CREATE INDEX readings_lift_id_time_id_idx ON readings (lift_id, time, id);
CREATE INDEX stock_depot_id_idx ON stock (depot_id);
CREATE INDEX technicians_home_depot_id_idx ON technicians (home_depot_id);
CREATE INDEX certificates_technician_id_created_at_id_idx ON certificates (technician_id, created_at, id);
CREATE INDEX visits_technician_id_planned_start_id_idx ON visits (technician_id, planned_start, id);
CREATE INDEX visits_to_tsvector_simple_work_report_idx ON visits USING gin ((to_tsvector('simple', work_report)));
CREATE INDEX visits_work_order_id_idx ON visits (work_order_id);
CREATE INDEX payments_created_at_idx ON payments (created_at);
CREATE INDEX payments_invoice_id_idx ON payments (invoice_id);
CREATE INDEX audit_logs_user_id_idx ON audit_logs (user_id);
CREATE INDEX invoice_items_invoice_id_created_at_id_idx ON invoice_items (invoice_id, created_at, id);
CREATE INDEX sessions_expires_at_idx ON sessions (expires_at);
CREATE INDEX sessions_user_id_idx ON sessions (user_id);
CREATE INDEX password_reset_tokens_expires_at_idx ON password_reset_tokens (expires_at);
CREATE INDEX password_reset_tokens_user_id_idx ON password_reset_tokens (user_id);
CREATE INDEX contract_lifts_lift_id_idx ON contract_lifts (lift_id);
CREATE INDEX visit_parts_visit_id_idx ON visit_parts (visit_id);
CREATE INDEX work_order_status_histories_work_order_id_idx ON work_order_status_histories (work_order_id);
CREATE INDEX work_order_status_histories_changed_by_id_idx ON work_order_status_histories (changed_by_id);
-- database-specialist sha256:e39116fdfd478941f6335a9c8f7924c9bde2c846d618375eb6601b0445c99ce6
