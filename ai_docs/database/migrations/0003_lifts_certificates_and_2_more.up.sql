SET lock_timeout = '5s';

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

COMMENT ON TABLE certificates IS 'Proof of something completed.';

COMMENT ON COLUMN certificates.id IS 'Identifies one row of certificates.';

COMMENT ON COLUMN certificates.technician_id IS 'The technician of this certificate, a row of technicians.';

COMMENT ON COLUMN certificates.certificate_type IS 'Certificate type of the certificate.';

COMMENT ON COLUMN certificates.number IS 'Number of the certificate.';

COMMENT ON COLUMN certificates.valid_until IS 'Moment: valid until.';

COMMENT ON COLUMN certificates.created_at IS 'When the row was written.';

COMMENT ON COLUMN certificates.updated_at IS 'When the row was last changed.';

COMMENT ON TABLE payments IS 'Money that was received.';

COMMENT ON COLUMN payments.id IS 'Identifies one row of payments.';

COMMENT ON COLUMN payments.invoice_id IS 'The invoice of this payment, a row of invoices.';

COMMENT ON COLUMN payments.amount IS 'Amount of the payment, as an amount of money.';

COMMENT ON COLUMN payments.date_received IS 'Date received of the payment, as a date.';

COMMENT ON COLUMN payments.method IS 'Method of the payment.';

COMMENT ON COLUMN payments.bank_reference IS 'Bank reference of the payment.';

COMMENT ON COLUMN payments.created_at IS 'When the row was written.';

COMMENT ON COLUMN payments.updated_at IS 'When the row was last changed.';

COMMENT ON TABLE invoice_items IS 'One position of an invoice.';

COMMENT ON COLUMN invoice_items.id IS 'Identifies one row of invoice_items.';

COMMENT ON COLUMN invoice_items.invoice_id IS 'The invoice of this invoice item, a row of invoices.';

COMMENT ON COLUMN invoice_items.description IS 'Description of the invoice item, as free text.';

COMMENT ON COLUMN invoice_items.quantity IS 'Quantity of the invoice item, as a number.';

COMMENT ON COLUMN invoice_items.unit_price IS 'Unit price of the invoice item, as an amount of money.';

COMMENT ON COLUMN invoice_items.tax_rate IS 'Tax rate of the invoice item, in percent.';

COMMENT ON COLUMN invoice_items.created_at IS 'When the row was written.';
-- database-specialist sha256:86f449fd7a34d26b7db5bab0932644ed86386dca4b4ac535b4b5632151e25b70
