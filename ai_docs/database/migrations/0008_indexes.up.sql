SET lock_timeout = '5s';

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
-- database-specialist sha256:c33c3904774029f9850477b4845e1ca6dd852e9ee6abb5dc6c5efc05b1c425a0
