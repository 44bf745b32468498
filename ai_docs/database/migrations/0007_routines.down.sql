SET lock_timeout = '5s';

DROP TRIGGER contract_lifts_immutable ON contract_lifts;

DROP FUNCTION contract_lifts_immutable();

DROP TRIGGER password_reset_tokens_immutable ON password_reset_tokens;

DROP FUNCTION password_reset_tokens_immutable();

DROP TRIGGER sessions_immutable ON sessions;

DROP FUNCTION sessions_immutable();

DROP TRIGGER invoice_items_immutable ON invoice_items;

DROP FUNCTION invoice_items_immutable();

DROP TRIGGER audit_logs_append_only ON audit_logs;

DROP FUNCTION audit_logs_append_only();

DROP TRIGGER payments_immutable ON payments;

DROP FUNCTION payments_immutable();

DROP TRIGGER payments_updated_at_touch ON payments;

DROP TRIGGER technicians_immutable ON technicians;

DROP FUNCTION technicians_immutable();

DROP TRIGGER technicians_updated_at_touch ON technicians;

DROP TRIGGER stock_immutable ON stock;

DROP FUNCTION stock_immutable();

DROP TRIGGER stock_updated_at_touch ON stock;

DROP TRIGGER readings_append_only ON readings;

DROP FUNCTION readings_append_only();

DROP TRIGGER visits_immutable ON visits;

DROP FUNCTION visits_immutable();

DROP TRIGGER visits_updated_at_touch ON visits;

DROP TRIGGER contracts_immutable ON contracts;

DROP FUNCTION contracts_immutable();

DROP TRIGGER contracts_updated_at_touch ON contracts;

DROP TRIGGER attachments_immutable ON attachments;

DROP FUNCTION attachments_immutable();

DROP TRIGGER attachments_updated_at_touch ON attachments;

DROP TRIGGER certificates_immutable ON certificates;

DROP FUNCTION certificates_immutable();

DROP TRIGGER certificates_updated_at_touch ON certificates;

DROP TRIGGER depots_immutable ON depots;

DROP FUNCTION depots_immutable();

DROP TRIGGER depots_updated_at_touch ON depots;

DROP TRIGGER users_immutable ON users;

DROP FUNCTION users_immutable();

DROP TRIGGER users_updated_at_touch ON users;

DROP TRIGGER lift_models_immutable ON lift_models;

DROP FUNCTION lift_models_immutable();

DROP TRIGGER lift_models_updated_at_touch ON lift_models;

DROP TRIGGER parts_immutable ON parts;

DROP FUNCTION parts_immutable();

DROP TRIGGER parts_updated_at_touch ON parts;

DROP TRIGGER invoices_immutable ON invoices;

DROP FUNCTION invoices_immutable();

DROP TRIGGER invoices_updated_at_touch ON invoices;

DROP TRIGGER customers_immutable ON customers;

DROP FUNCTION customers_immutable();

DROP TRIGGER customers_updated_at_touch ON customers;

DROP TRIGGER sites_immutable ON sites;

DROP FUNCTION sites_immutable();

DROP TRIGGER sites_updated_at_touch ON sites;

DROP TRIGGER work_orders_immutable ON work_orders;

DROP FUNCTION work_orders_immutable();

DROP TRIGGER work_orders_updated_at_touch ON work_orders;

DROP TRIGGER lifts_immutable ON lifts;

DROP FUNCTION lifts_immutable();

DROP TRIGGER lifts_updated_at_touch ON lifts;

DROP TRIGGER work_orders_work_order_states ON work_orders;

DROP FUNCTION work_orders_work_order_states();

DROP FUNCTION set_updated_at();
-- database-specialist sha256:1f6456c485219d222d59fff2eb58d160f753e1aff6f1a454b8b6fe46c040b504
