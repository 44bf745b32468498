SET lock_timeout = '5s';

DROP INDEX work_order_status_histories_changed_by_id_idx;

DROP INDEX work_order_status_histories_work_order_id_idx;

DROP INDEX visit_parts_visit_id_idx;

DROP INDEX contract_lifts_lift_id_idx;

DROP INDEX password_reset_tokens_user_id_idx;

DROP INDEX password_reset_tokens_expires_at_idx;

DROP INDEX sessions_user_id_idx;

DROP INDEX sessions_expires_at_idx;

DROP INDEX invoice_items_invoice_id_created_at_id_idx;

DROP INDEX audit_logs_user_id_idx;

DROP INDEX payments_invoice_id_idx;

DROP INDEX payments_created_at_idx;

DROP INDEX visits_work_order_id_idx;

DROP INDEX visits_to_tsvector_simple_work_report_idx;

DROP INDEX visits_technician_id_planned_start_id_idx;

DROP INDEX certificates_technician_id_created_at_id_idx;

DROP INDEX technicians_home_depot_id_idx;

DROP INDEX stock_depot_id_idx;

DROP INDEX readings_lift_id_time_id_idx;

DROP INDEX contracts_customer_id_idx;

DROP INDEX contracts_end_date_id_idx;

DROP INDEX attachments_work_order_id_idx;

DROP INDEX work_orders_lift_id_idx;

DROP INDEX work_orders_to_tsvector_simple_description_idx;

DROP INDEX work_orders_priority_rank_created_at_id_idx;

DROP INDEX lifts_lift_model_id_idx;

DROP INDEX lifts_customer_id_idx;

DROP INDEX lifts_site_id_idx;

DROP INDEX lifts_serial_number_idx;

DROP INDEX parts_name_id_minimum_stock_idx;

DROP INDEX invoices_customer_id_idx;

DROP INDEX invoices_created_at_idx;

DROP INDEX invoices_customer_id_due_date_id_idx;

DROP INDEX sites_customer_id_idx;

DROP INDEX sites_lower_city_idx;

DROP INDEX sites_to_tsvector_simple_name_idx;

DROP INDEX customers_created_at_id_idx;
-- database-specialist sha256:f8a1cd2cc7d5c50a8665593d6b33ae10d8dbd2d0fcca87866af4ed32d3c429f1
