SET lock_timeout = '5s';

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
-- database-specialist sha256:5e9f58fc2852338c97c5046a3a6b2cd83369dd4a616afb320a4b50f6c0acdb5c
