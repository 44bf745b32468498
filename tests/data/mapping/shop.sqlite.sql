PRAGMA foreign_keys = ON;

CREATE TABLE customers (
  id INTEGER PRIMARY KEY,
  email TEXT NOT NULL,
  full_name TEXT NOT NULL,
  CONSTRAINT customers_email_check CHECK (email LIKE '%_@_%' AND length(email) <= 254),
  CONSTRAINT customers_full_name_check CHECK (length(full_name) <= 200)
) STRICT;

CREATE UNIQUE INDEX customers_email_key ON customers ((lower(email)));

CREATE TABLE products (
  id INTEGER PRIMARY KEY,
  sku TEXT NOT NULL,
  name TEXT NOT NULL,
  unit_price REAL NOT NULL,
  currency TEXT NOT NULL,
  CONSTRAINT products_sku_key UNIQUE (sku),
  CONSTRAINT products_sku_check CHECK (length(sku) <= 64),
  CONSTRAINT products_name_check CHECK (length(name) <= 200),
  CONSTRAINT products_unit_price_check CHECK (unit_price = round(unit_price, 2) AND unit_price >= 0),
  CONSTRAINT products_currency_check CHECK (currency GLOB '[A-Z][A-Z][A-Z]')
) STRICT;

CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL,
  status TEXT NOT NULL DEFAULT 'new',
  placed_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
  note TEXT,
  CONSTRAINT orders_status_check CHECK (status IN ('new', 'paid', 'shipped', 'cancelled')),
  CONSTRAINT orders_placed_at_check CHECK (placed_at IS strftime('%Y-%m-%dT%H:%M:%SZ', placed_at)),
  CONSTRAINT orders_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE RESTRICT
) STRICT;

CREATE TABLE order_lines (
  order_id INTEGER NOT NULL,
  line_no INTEGER NOT NULL,
  product_id INTEGER NOT NULL,
  quantity INTEGER NOT NULL,
  unit_price REAL NOT NULL,
  CONSTRAINT order_lines_pkey PRIMARY KEY (order_id, line_no),
  CONSTRAINT order_lines_line_no_check CHECK (line_no >= 1),
  CONSTRAINT order_lines_quantity_check CHECK (quantity >= 1),
  CONSTRAINT order_lines_unit_price_check CHECK (unit_price = round(unit_price, 2) AND unit_price >= 0),
  CONSTRAINT order_lines_order_id_fkey FOREIGN KEY (order_id) REFERENCES orders (id) ON DELETE CASCADE,
  CONSTRAINT order_lines_product_id_fkey FOREIGN KEY (product_id) REFERENCES products (id) ON DELETE RESTRICT
) STRICT;

CREATE TABLE rooms (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  CONSTRAINT rooms_name_key UNIQUE (name),
  CONSTRAINT rooms_name_check CHECK (length(name) <= 200)
) STRICT;

CREATE TABLE bookings (
  id INTEGER PRIMARY KEY,
  room_id INTEGER NOT NULL,
  customer_id INTEGER NOT NULL,
  starts_at TEXT NOT NULL,
  ends_at TEXT NOT NULL,
  CONSTRAINT bookings_starts_at_check CHECK (starts_at IS strftime('%Y-%m-%dT%H:%M:%SZ', starts_at)),
  CONSTRAINT bookings_ends_at_check CHECK (ends_at IS strftime('%Y-%m-%dT%H:%M:%SZ', ends_at)),
  CONSTRAINT bookings_ends_after_start_check CHECK (ends_at > starts_at),
  CONSTRAINT bookings_room_id_fkey FOREIGN KEY (room_id) REFERENCES rooms (id) ON DELETE RESTRICT,
  CONSTRAINT bookings_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE RESTRICT
) STRICT;

CREATE TABLE tags (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  CONSTRAINT tags_name_key UNIQUE (name),
  CONSTRAINT tags_name_check CHECK (length(name) <= 200)
) STRICT;

CREATE TABLE product_tags (
  product_id INTEGER NOT NULL,
  tag_id INTEGER NOT NULL,
  CONSTRAINT product_tags_pkey PRIMARY KEY (product_id, tag_id),
  CONSTRAINT product_tags_product_id_fkey FOREIGN KEY (product_id) REFERENCES products (id) ON DELETE CASCADE,
  CONSTRAINT product_tags_tag_id_fkey FOREIGN KEY (tag_id) REFERENCES tags (id) ON DELETE CASCADE
) STRICT;

CREATE TRIGGER bookings_no_double_booking_excl_insert AFTER INSERT ON bookings
FOR EACH ROW WHEN EXISTS (SELECT 1 FROM bookings AS other WHERE other.room_id = NEW.room_id AND (NEW.ends_at IS NULL OR other.starts_at < NEW.ends_at) AND (other.ends_at IS NULL OR NEW.starts_at < other.ends_at) AND other.rowid <> NEW.rowid)
BEGIN
  SELECT RAISE(ABORT, 'bookings_no_double_booking_excl: A room cannot be booked twice for the same time.');
END;

CREATE TRIGGER bookings_no_double_booking_excl_update AFTER UPDATE ON bookings
FOR EACH ROW WHEN EXISTS (SELECT 1 FROM bookings AS other WHERE other.room_id = NEW.room_id AND (NEW.ends_at IS NULL OR other.starts_at < NEW.ends_at) AND (other.ends_at IS NULL OR NEW.starts_at < other.ends_at) AND other.rowid <> NEW.rowid)
BEGIN
  SELECT RAISE(ABORT, 'bookings_no_double_booking_excl: A room cannot be booked twice for the same time.');
END;

CREATE TRIGGER orders_order_states BEFORE UPDATE OF status ON orders
FOR EACH ROW WHEN NEW.status IS NOT OLD.status AND NOT ((OLD.status = 'new' AND NEW.status IN ('paid', 'cancelled'))
      OR (OLD.status = 'paid' AND NEW.status IN ('shipped')))
BEGIN
  SELECT RAISE(ABORT, 'orders_order_states: An order changes state only along its lifecycle.');
END;
