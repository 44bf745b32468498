-- The session with a given hash, while it is valid.
-- Q1: $1 = token
PREPARE q1 (text) AS
SELECT sessions.id, sessions.user_id, sessions.expires_at, sessions.ip_address, sessions.user_agent,
       sessions.created_at
FROM sessions
WHERE sessions.token = $1
  AND sessions.expires_at > now();

-- The technicians that no visit takes between two times.
-- Q2: $1 = from_time, $2 = until_time, $3 = page_size
PREPARE q2 (timestamptz, timestamptz, bigint) AS
SELECT technicians.id, technicians.user_id, technicians.home_depot_id, technicians.personnel_number,
       technicians.name, technicians.mobile_phone, technicians.created_at, technicians.updated_at
FROM technicians
WHERE NOT EXISTS (
    SELECT 1 FROM visits
    WHERE visits.technician_id = technicians.id
    AND (tstzrange(visits.planned_start, visits.planned_end, '[)')) && (tstzrange($1, $2, '[)'))
  )
ORDER BY technicians.name
LIMIT $3;

-- The invoice items of one invoice, shown with it.
-- Q3: $1 = invoice_id, $2 = page_size
PREPARE q3 (bigint, bigint) AS
SELECT invoice_items.id, invoice_items.invoice_id, invoice_items.quantity, invoice_items.unit_price,
       invoice_items.tax_rate, invoice_items.created_at
FROM invoice_items
WHERE invoice_items.invoice_id = $1
ORDER BY invoice_items.created_at, invoice_items.id
LIMIT $2;

-- One page of the open and planned work orders, ordered by priority (most pressing first), created_at, id, lowest first; the next page starts after the last row seen, the first passes the lowest values there are.
-- Q4: $1 = after_priority_rank, $2 = after_created_at, $3 = after_id, $4 = page_size
PREPARE q4 (integer, timestamptz, bigint, bigint) AS
SELECT work_orders.id, work_orders.lift_id, work_orders.order_number, work_orders.title,
       work_orders.priority, work_orders.caller_name, work_orders.caller_phone, work_orders.reported_at,
       work_orders.status, work_orders.created_at, lift.serial_number AS lift_serial_number
FROM work_orders
JOIN lifts AS lift ON lift.id = work_orders.lift_id
WHERE work_orders.status IN ('open', 'planned')
  AND (CASE work_orders.priority WHEN 'trapped' THEN 1 WHEN 'urgent' THEN 2 WHEN 'normal' THEN 3 WHEN 'planned' THEN 4 END, work_orders.created_at, work_orders.id) > ($1, $2, $3)
ORDER BY CASE work_orders.priority WHEN 'trapped' THEN 1 WHEN 'urgent' THEN 2 WHEN 'normal' THEN 3 WHEN 'planned' THEN 4 END, work_orders.created_at, work_orders.id
LIMIT $4;

-- One page of the visits of one technician of one day of planned_start, ordered by planned_start, id, lowest first; the next page starts after the last row seen, the first passes the lowest values there are.
-- Q5: $1 = technician_id, $2 = day_start, $3 = day_end, $4 = after_planned_start, $5 = after_id, $6 = page_size
PREPARE q5 (bigint, timestamptz, timestamptz, timestamptz, bigint, bigint) AS
SELECT visits.id, visits.technician_id, visits.work_order_id, visits.planned_start, visits.planned_end,
       visits.actual_start, visits.actual_end, visits.signature_file, visits.created_at,
       work_order.title AS work_order_title
FROM visits
JOIN work_orders AS work_order ON work_order.id = visits.work_order_id
WHERE visits.technician_id = $1
  AND visits.planned_start >= $2
  AND visits.planned_start < $3
  AND (visits.planned_start, visits.id) > ($4, $5)
ORDER BY visits.planned_start, visits.id
LIMIT $6;

-- The lifts whose serial number begins with what was typed, or whose site name has a word that begins with what was typed, or whose city begins with what was typed, in letters of either case; by serial_number. Each branch of the union finds its rows by an index of its own.
-- Q6: $1 = term, $2 = page_size
PREPARE q6 (text, bigint) AS
SELECT lifts.id, lifts.customer_id, lifts.site_id, lifts.lift_model_id, lifts.serial_number,
       lifts.installation_date, lifts.number_of_floors, lifts.rated_load_kg, lifts.status, lifts.created_at,
       customer.customer_number AS customer_customer_number, site.name AS site_name,
       lift_model.manufacturer AS lift_model_manufacturer
FROM lifts
JOIN customers AS customer ON customer.id = lifts.customer_id
JOIN sites AS site ON site.id = lifts.site_id
JOIN lift_models AS lift_model ON lift_model.id = lifts.lift_model_id
WHERE lifts.id IN (
    SELECT lifts.id FROM lifts
    WHERE lifts.serial_number LIKE $1 || '%'
    UNION
    SELECT lifts.id FROM sites
    JOIN lifts ON sites.id = lifts.site_id
    WHERE to_tsvector('simple', sites.name) @@ to_tsquery('simple', quote_literal($1) || ':*')
    UNION
    SELECT lifts.id FROM sites
    JOIN lifts ON sites.id = lifts.site_id
    WHERE lower(sites.city) LIKE lower($1) || '%'
  )
ORDER BY lifts.serial_number, lifts.id
LIMIT $2;

-- The work orders whose description or work report has the words typed; newest first. Each branch of the union finds its rows by an index of its own.
-- Q7: $1 = words, $2 = page_size
PREPARE q7 (text, bigint) AS
SELECT work_orders.id, work_orders.lift_id, work_orders.order_number, work_orders.title,
       work_orders.priority, work_orders.caller_name, work_orders.caller_phone, work_orders.reported_at,
       work_orders.status, work_orders.created_at, lift.serial_number AS lift_serial_number
FROM work_orders
JOIN lifts AS lift ON lift.id = work_orders.lift_id
WHERE work_orders.id IN (
    SELECT work_orders.id FROM work_orders
    WHERE to_tsvector('simple', work_orders.description) @@ websearch_to_tsquery('simple', $1)
    UNION
    SELECT visits.work_order_id FROM visits
    WHERE to_tsvector('simple', visits.work_report) @@ websearch_to_tsquery('simple', $1)
  )
ORDER BY work_orders.created_at DESC, work_orders.id DESC
LIMIT $2;

-- One page of the readings of one lift of the last 24 hours (the caller passes the present minus 24 hours), ordered by time, id, last first; the next page starts after the last row seen, the first passes the highest values there are.
-- Q8: $1 = lift_id, $2 = since_time, $3 = before_time, $4 = before_id, $5 = page_size
PREPARE q8 (bigint, timestamptz, timestamptz, bigint, bigint) AS
SELECT readings.id, readings.lift_id, readings.time, readings.door_cycles, readings.trips,
       readings.motor_temperature, readings.error_code
FROM readings
WHERE readings.lift_id = $1
  AND readings.time >= $2
  AND readings.time <= $3
  AND (readings.time < $3 OR readings.id < $4)
ORDER BY readings.time DESC, readings.id DESC
LIMIT $5;

-- The lift with a given serial_number.
-- Q9: $1 = serial_number
PREPARE q9 (text) AS
SELECT lifts.id, lifts.customer_id, lifts.site_id, lifts.lift_model_id, lifts.serial_number,
       lifts.installation_date, lifts.number_of_floors, lifts.rated_load_kg, lifts.status, lifts.created_at
FROM lifts
WHERE lifts.serial_number = $1;

-- The work order with a given order_number.
-- Q10: $1 = order_number
PREPARE q10 (text) AS
SELECT work_orders.id, work_orders.lift_id, work_orders.order_number, work_orders.title,
       work_orders.priority, work_orders.caller_name, work_orders.caller_phone, work_orders.reported_at,
       work_orders.status, work_orders.created_at
FROM work_orders
WHERE work_orders.order_number = $1;

-- One page of the customers, ordered by created_at, id, last first; the next page starts after the last row seen, the first passes the highest values there are.
-- Q11: $1 = before_created_at, $2 = before_id, $3 = page_size
PREPARE q11 (timestamptz, bigint, bigint) AS
SELECT customers.id, customers.customer_number, customers.company_name, customers.vat_number,
       customers.billing_email, customers.phone, customers.payment_terms_days, customers.created_at
FROM customers
WHERE (customers.created_at, customers.id) < ($1, $2)
ORDER BY customers.created_at DESC, customers.id DESC
LIMIT $3;

-- Everything a screen shows of one customer, by its key.
-- Q12: $1 = id
PREPARE q12 (bigint) AS
SELECT customers.id, customers.customer_number, customers.company_name, customers.vat_number,
       customers.billing_email, customers.phone, customers.payment_terms_days, customers.created_at,
       customers.updated_at
FROM customers
WHERE customers.id = $1;

-- One page of the overdue invoices of one customer whose due_date is past while they are sent or overdue, ordered by due_date, id, lowest first; the next page starts after the last row seen, the first passes the lowest values there are.
-- Q13: $1 = customer_id, $2 = today, $3 = after_due_date, $4 = after_id, $5 = page_size
PREPARE q13 (bigint, date, date, bigint, bigint) AS
SELECT invoices.id, invoices.customer_id, invoices.invoice_number, invoices.issue_date, invoices.due_date,
       invoices.currency, invoices.status, invoices.created_at
FROM invoices
WHERE invoices.customer_id = $1
  AND invoices.status IN ('sent', 'overdue')
  AND invoices.due_date < $2
  AND (invoices.due_date, invoices.id) > ($3, $4)
ORDER BY invoices.due_date, invoices.id
LIMIT $5;

-- The customer with a given customer_number.
-- Q14: $1 = customer_number
PREPARE q14 (text) AS
SELECT customers.id, customers.customer_number, customers.company_name, customers.vat_number,
       customers.billing_email, customers.phone, customers.payment_terms_days, customers.created_at
FROM customers
WHERE customers.customer_number = $1;

-- The invoice with a given invoice_number.
-- Q15: $1 = invoice_number
PREPARE q15 (text) AS
SELECT invoices.id, invoices.customer_id, invoices.invoice_number, invoices.issue_date, invoices.due_date,
       invoices.currency, invoices.status, invoices.created_at
FROM invoices
WHERE invoices.invoice_number = $1;

-- The user with a given email, with what is needed to check the password.
-- Q16: $1 = email
PREPARE q16 (text) AS
SELECT users.id, users.role, users.email, users.display_name, users.active_flag, users.created_at,
       users.updated_at, users.password_hash
FROM users
WHERE lower(users.email) = lower($1);

-- One page of the parts whose quantity on hand is below the minimum stock, ordered by name, id, lowest first; the next page starts after the last row seen, the first passes the lowest values there are.
-- Q17: $1 = after_name, $2 = after_id, $3 = page_size
PREPARE q17 (text, bigint, bigint) AS
SELECT parts.id, parts.part_number, parts.name, parts.unit, parts.list_price, parts.minimum_stock,
       parts.created_at, parts.updated_at
FROM parts
WHERE (SELECT coalesce(sum(stock.quantity_on_hand), 0) FROM stock WHERE stock.part_id = parts.id) < parts.minimum_stock
  AND (parts.name, parts.id) > ($1, $2)
ORDER BY parts.name, parts.id
LIMIT $3;

-- The total trips of the readings of a span of time, by lift_id, day.
-- Q18: $1 = from_time, $2 = until_time
PREPARE q18 (timestamptz, timestamptz) AS
SELECT readings.lift_id, date_trunc('day', readings.time) AS day, sum(readings.trips) AS total_trips
FROM readings
WHERE readings.time >= $1
  AND readings.time < $2
GROUP BY readings.lift_id, date_trunc('day', readings.time)
ORDER BY readings.lift_id, date_trunc('day', readings.time);

-- The part with a given part_number.
-- Q19: $1 = part_number
PREPARE q19 (text) AS
SELECT parts.id, parts.part_number, parts.name, parts.unit, parts.list_price, parts.minimum_stock,
       parts.created_at, parts.updated_at
FROM parts
WHERE parts.part_number = $1;

-- One page of the contracts whose end_date lies within the next 90 days (the caller passes today and today + 90 days), ordered by end_date, id, lowest first; the next page starts after the last row seen, the first passes the lowest values there are.
-- Q20: $1 = today, $2 = until_end_date, $3 = after_end_date, $4 = after_id, $5 = page_size
PREPARE q20 (date, date, date, bigint, bigint) AS
SELECT contracts.id, contracts.customer_id, contracts.contract_number, contracts.start_date,
       contracts.end_date, contracts.service_level, contracts.monthly_fee, contracts.currency,
       contracts.created_at, customer.customer_number AS customer_customer_number
FROM contracts
JOIN customers AS customer ON customer.id = contracts.customer_id
WHERE contracts.end_date >= $1
  AND contracts.end_date <= $2
  AND (contracts.end_date, contracts.id) > ($3, $4)
ORDER BY contracts.end_date, contracts.id
LIMIT $5;

-- The user with a given email.
-- Q21: $1 = email
PREPARE q21 (text) AS
SELECT users.id, users.role, users.email, users.display_name, users.active_flag, users.created_at,
       users.updated_at
FROM users
WHERE lower(users.email) = lower($1);

-- The contract with a given contract_number.
-- Q22: $1 = contract_number
PREPARE q22 (text) AS
SELECT contracts.id, contracts.customer_id, contracts.contract_number, contracts.start_date,
       contracts.end_date, contracts.service_level, contracts.monthly_fee, contracts.currency,
       contracts.created_at
FROM contracts
WHERE contracts.contract_number = $1;

-- The password reset token with a given hash, while it is valid and unused.
-- Q23: $1 = token_hash
PREPARE q23 (text) AS
SELECT password_reset_tokens.id, password_reset_tokens.user_id, password_reset_tokens.expires_at,
       password_reset_tokens.used_at, password_reset_tokens.created_at
FROM password_reset_tokens
WHERE password_reset_tokens.token_hash = $1
  AND password_reset_tokens.expires_at > now()
  AND password_reset_tokens.used_at IS NULL;

-- One page of the technicians, ordered by name, id, lowest first; the next page starts after the last row seen, the first passes the lowest values there are.
-- Q24: $1 = after_name, $2 = after_id, $3 = page_size
PREPARE q24 (text, bigint, bigint) AS
SELECT technicians.id, technicians.user_id, technicians.home_depot_id, technicians.personnel_number,
       technicians.name, technicians.mobile_phone, technicians.created_at, technicians.updated_at,
       user_row.display_name AS user_display_name, home_depot.name AS home_depot_name
FROM technicians
LEFT JOIN users AS user_row ON user_row.id = technicians.user_id
LEFT JOIN depots AS home_depot ON home_depot.id = technicians.home_depot_id
WHERE (technicians.name, technicians.id) > ($1, $2)
ORDER BY technicians.name, technicians.id
LIMIT $3;

-- Everything a screen shows of one technician, by its key.
-- Q25: $1 = id
PREPARE q25 (bigint) AS
SELECT technicians.id, technicians.user_id, technicians.home_depot_id, technicians.personnel_number,
       technicians.name, technicians.mobile_phone, technicians.created_at, technicians.updated_at,
       user_row.display_name AS user_display_name, home_depot.name AS home_depot_name
FROM technicians
LEFT JOIN users AS user_row ON user_row.id = technicians.user_id
LEFT JOIN depots AS home_depot ON home_depot.id = technicians.home_depot_id
WHERE technicians.id = $1;

-- The certificates of one technician, shown with it.
-- Q26: $1 = technician_id, $2 = page_size
PREPARE q26 (bigint, bigint) AS
SELECT certificates.id, certificates.technician_id, certificates.certificate_type, certificates.number,
       certificates.valid_until, certificates.created_at, certificates.updated_at
FROM certificates
WHERE certificates.technician_id = $1
ORDER BY certificates.created_at, certificates.id
LIMIT $2;

-- The depot with a given code.
-- Q27: $1 = code
PREPARE q27 (text) AS
SELECT depots.id, depots.code, depots.name, depots.city, depots.created_at, depots.updated_at
FROM depots
WHERE depots.code = $1;

-- The technician with a given personnel_number.
-- Q28: $1 = personnel_number
PREPARE q28 (text) AS
SELECT technicians.id, technicians.user_id, technicians.home_depot_id, technicians.personnel_number,
       technicians.name, technicians.mobile_phone, technicians.created_at, technicians.updated_at
FROM technicians
WHERE technicians.personnel_number = $1;

-- Stores a new reading. Sent in batches: the statement is prepared once, and a few hundred rows share one commit, or COPY for more.
-- Q29: $1 = lift_id, $2 = time, $3 = door_cycles, $4 = trips, $5 = motor_temperature, $6 = error_code
PREPARE q29 (bigint, timestamptz, integer, integer, numeric(17,3), text) AS
INSERT INTO readings (lift_id, time, door_cycles, trips, motor_temperature, error_code)
VALUES ($1, $2, $3, $4, $5, $6)
RETURNING id;

-- Stores a new visit part. Storing it twice changes nothing.
-- Q30: $1 = part_id, $2 = visit_id, $3 = quantity, $4 = unit_price
PREPARE q30 (bigint, bigint, integer, numeric(14,2)) AS
INSERT INTO visit_parts (part_id, visit_id, quantity, unit_price)
VALUES ($1, $2, $3, $4)
ON CONFLICT (part_id, visit_id) DO NOTHING;

-- Gives out a new session; only its hash is stored.
-- Q31: $1 = user_id, $2 = token, $3 = expires_at, $4 = ip_address, $5 = user_agent
PREPARE q31 (bigint, text, timestamptz, inet, text) AS
INSERT INTO sessions (user_id, token, expires_at, ip_address, user_agent)
VALUES ($1, $2, $3, $4, $5)
RETURNING id;

-- Stores a new visit.
-- Q32: $1 = technician_id, $2 = work_order_id, $3 = planned_start, $4 = planned_end, $5 = actual_start, $6 = actual_end, $7 = work_report, $8 = signature_file
PREPARE q32 (bigint, bigint, timestamptz, timestamptz, timestamptz, timestamptz, text, text) AS
INSERT INTO visits (technician_id, work_order_id, planned_start, planned_end, actual_start, actual_end, work_report,
       signature_file)
VALUES ($1, $2, $3, $4, $5, $6,
       $7, $8)
RETURNING id;

-- Stores a new audit log.
-- Q33: $1 = user_id, $2 = time, $3 = action, $4 = values_before, $5 = after
PREPARE q33 (bigint, timestamptz, text, text, jsonb) AS
INSERT INTO audit_logs (user_id, time, action, values_before, after)
VALUES ($1, $2, $3, $4, $5)
RETURNING id;

-- Stores a new invoice item.
-- Q34: $1 = invoice_id, $2 = description, $3 = quantity, $4 = unit_price, $5 = tax_rate
PREPARE q34 (bigint, text, integer, numeric(14,2), numeric(5,2)) AS
INSERT INTO invoice_items (invoice_id, description, quantity, unit_price, tax_rate)
VALUES ($1, $2, $3, $4, $5)
RETURNING id;

-- Stores a new work order.
-- Q35: $1 = lift_id, $2 = order_number, $3 = title, $4 = description, $5 = priority, $6 = caller_name, $7 = caller_phone, $8 = reported_at
PREPARE q35 (bigint, text, text, text, text, text, text, timestamptz) AS
INSERT INTO work_orders (lift_id, order_number, title, description, priority, caller_name, caller_phone, reported_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
RETURNING id;

-- Moves one work order from the status the user saw to the next and keeps the change in work_order_status_histories in the same statement; no row changes when somebody was faster.
-- Q36: $1 = id, $2 = expected_status, $3 = new_status, $4 = changed_by_id, $5 = reason
PREPARE q36 (bigint, text, text, bigint, text) AS
WITH found AS (
  SELECT work_orders.id, work_orders.status FROM work_orders
  WHERE work_orders.id = $1
  AND status = $2
  FOR UPDATE
), moved AS (
  UPDATE work_orders
  SET status = $3,
      updated_at = now()
  FROM found
  WHERE work_orders.id = found.id
  RETURNING work_orders.id
)
INSERT INTO work_order_status_histories (work_order_id, changed_by_id, from_status, to_status, reason, changed_at)
SELECT found.id, $4, found.status, $3, $5, now()
FROM found;

-- Moves one work order that is open or planned to cancelled and keeps the change in work_order_status_histories in the same statement; no row changes when somebody was faster.
-- Q37: $1 = id, $2 = changed_by_id, $3 = reason
PREPARE q37 (bigint, bigint, text) AS
WITH found AS (
  SELECT work_orders.id, work_orders.status FROM work_orders
  WHERE work_orders.id = $1
  AND status IN ('open', 'planned')
  FOR UPDATE
), moved AS (
  UPDATE work_orders
  SET status = 'cancelled',
      updated_at = now()
  FROM found
  WHERE work_orders.id = found.id
  RETURNING work_orders.id
)
INSERT INTO work_order_status_histories (work_order_id, changed_by_id, from_status, to_status, reason, changed_at)
SELECT found.id, $2, found.status, 'cancelled', $3, now()
FROM found;

-- Stores a new attachment.
-- Q38: $1 = work_order_id, $2 = file_name, $3 = content_type, $4 = size, $5 = storage_key
PREPARE q38 (bigint, text, text, numeric(17,3), text) AS
INSERT INTO attachments (work_order_id, file_name, content_type, size, storage_key)
VALUES ($1, $2, $3, $4, $5)
RETURNING id;

-- Stores a new invoice.
-- Q39: $1 = customer_id, $2 = invoice_number, $3 = issue_date, $4 = due_date, $5 = currency
PREPARE q39 (bigint, text, date, date, text) AS
INSERT INTO invoices (customer_id, invoice_number, issue_date, due_date, currency)
VALUES ($1, $2, $3, $4, $5)
RETURNING id;

-- Stores a new payment.
-- Q40: $1 = invoice_id, $2 = amount, $3 = date_received, $4 = method, $5 = bank_reference
PREPARE q40 (bigint, numeric(14,2), date, text, text) AS
INSERT INTO payments (invoice_id, amount, date_received, method, bank_reference)
VALUES ($1, $2, $3, $4, $5)
RETURNING id;

-- Adds to the quantity on hand of one stock, without reading it first.
-- Q41: $1 = amount, $2 = id
PREPARE q41 (integer, bigint) AS
UPDATE stock
SET quantity_on_hand = quantity_on_hand + $1,
    updated_at = now()
WHERE stock.id = $2;

-- Takes from the quantity on hand of one stock, without reading it first; no row changes when there is less than asked for, so the level is never negative.
-- Q42: $1 = amount, $2 = id
PREPARE q42 (integer, bigint) AS
UPDATE stock
SET quantity_on_hand = quantity_on_hand - $1,
    updated_at = now()
WHERE stock.id = $2
  AND stock.quantity_on_hand >= $1;

-- Deletes invoices older than 3650 days, a batch at a time: Telemetry readings are kept for 13 months. Invoices and payments are kept for 10 years. The audit log is kept for 6 years.
-- Q43: $1 = before_value, $2 = batch_size
PREPARE q43 (timestamptz, bigint) AS
DELETE FROM invoices
WHERE (id) IN (
  SELECT id FROM invoices
  WHERE invoices.created_at < $1
  ORDER BY invoices.created_at
  LIMIT $2
);

-- Deletes payments older than 3650 days, a batch at a time: Telemetry readings are kept for 13 months. Invoices and payments are kept for 10 years. The audit log is kept for 6 years.
-- Q44: $1 = before_value, $2 = batch_size
PREPARE q44 (timestamptz, bigint) AS
DELETE FROM payments
WHERE (id) IN (
  SELECT id FROM payments
  WHERE payments.created_at < $1
  ORDER BY payments.created_at
  LIMIT $2
);

-- Deletes expired sessions, a batch at a time: nobody can use them any more.
-- Q45: $1 = before_value, $2 = batch_size
PREPARE q45 (timestamptz, bigint) AS
DELETE FROM sessions
WHERE (id) IN (
  SELECT id FROM sessions
  WHERE sessions.expires_at < $1
  ORDER BY sessions.expires_at
  LIMIT $2
);

-- Deletes expired password reset tokens, a batch at a time: nobody can use them any more.
-- Q46: $1 = before_value, $2 = batch_size
PREPARE q46 (timestamptz, bigint) AS
DELETE FROM password_reset_tokens
WHERE (id) IN (
  SELECT id FROM password_reset_tokens
  WHERE password_reset_tokens.expires_at < $1
  ORDER BY password_reset_tokens.expires_at
  LIMIT $2
);

-- Gives out a new password reset token; only its hash is stored.
-- Q47: $1 = user_id, $2 = token_hash, $3 = expires_at, $4 = used_at
PREPARE q47 (bigint, text, timestamptz, timestamptz) AS
INSERT INTO password_reset_tokens (user_id, token_hash, expires_at, used_at)
VALUES ($1, $2, $3, $4)
RETURNING id;

-- Uses up one password reset token; of two that try at the same time only one changes the row.
-- Q48: $1 = token_hash
PREPARE q48 (text) AS
UPDATE password_reset_tokens
SET used_at = now()
WHERE password_reset_tokens.token_hash = $1
  AND password_reset_tokens.expires_at > now()
  AND password_reset_tokens.used_at IS NULL;

-- Stores a new customer.
-- Q49: $1 = customer_number, $2 = company_name, $3 = vat_number, $4 = billing_email, $5 = phone, $6 = payment_terms_days
PREPARE q49 (text, text, text, text, text, integer) AS
INSERT INTO customers (customer_number, company_name, vat_number, billing_email, phone, payment_terms_days)
VALUES ($1, $2, $3, $4, $5, $6)
RETURNING id;

-- Stores a new contract.
-- Q50: $1 = customer_id, $2 = contract_number, $3 = start_date, $4 = end_date, $5 = service_level, $6 = monthly_fee, $7 = currency
PREPARE q50 (bigint, text, date, date, text, numeric(14,2), text) AS
INSERT INTO contracts (customer_id, contract_number, start_date, end_date, service_level, monthly_fee, currency)
VALUES ($1, $2, $3, $4, $5, $6, $7)
RETURNING id;

-- Changes customer_number, company_name, vat_number, phone of one customer; no row changes when its updated_at is no longer the one the user saw.
-- Q51: $1 = new_customer_number, $2 = new_company_name, $3 = new_vat_number, $4 = new_phone, $5 = id, $6 = expected_updated_at
PREPARE q51 (text, text, text, text, bigint, timestamptz) AS
UPDATE customers
SET customer_number = $1,
    company_name = $2,
    vat_number = $3,
    phone = $4,
    updated_at = now()
WHERE customers.id = $5
  AND customers.updated_at = $6;

-- Stores a new technician.
-- Q52: $1 = user_id, $2 = home_depot_id, $3 = personnel_number, $4 = name, $5 = mobile_phone
PREPARE q52 (bigint, bigint, text, text, text) AS
INSERT INTO technicians (user_id, home_depot_id, personnel_number, name, mobile_phone)
VALUES ($1, $2, $3, $4, $5)
RETURNING id;

-- Changes password_hash of one user; no row changes when its updated_at is no longer the one the user saw.
-- Q53: $1 = new_password_hash, $2 = id, $3 = expected_updated_at
PREPARE q53 (text, bigint, timestamptz) AS
UPDATE users
SET password_hash = $1,
    updated_at = now()
WHERE users.id = $2
  AND users.updated_at = $3;

-- Changes personnel_number, name, mobile_phone of one technician; no row changes when its updated_at is no longer the one the user saw.
-- Q54: $1 = new_personnel_number, $2 = new_name, $3 = new_mobile_phone, $4 = id, $5 = expected_updated_at
PREPARE q54 (text, text, text, bigint, timestamptz) AS
UPDATE technicians
SET personnel_number = $1,
    name = $2,
    mobile_phone = $3,
    updated_at = now()
WHERE technicians.id = $4
  AND technicians.updated_at = $5;
-- database-specialist sha256:8e40f0ece5495fe317a5f3b814b9afe076c26649d70a63c1c83a83335ffdd1e2
