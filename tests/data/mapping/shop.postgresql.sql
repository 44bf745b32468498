CREATE TABLE customers (
  id bigint GENERATED ALWAYS AS IDENTITY,
  email text NOT NULL,
  full_name text NOT NULL,
  CONSTRAINT customers_pkey PRIMARY KEY (id),
  CONSTRAINT customers_email_check CHECK (email LIKE '%_@_%' AND char_length(email) <= 254),
  CONSTRAINT customers_full_name_check CHECK (char_length(full_name) <= 200)
);

CREATE UNIQUE INDEX customers_email_key ON customers ((lower(email)));

CREATE TABLE products (
  id bigint GENERATED ALWAYS AS IDENTITY,
  sku text NOT NULL,
  name text NOT NULL,
  unit_price numeric(14,2) NOT NULL,
  currency text NOT NULL,
  CONSTRAINT products_pkey PRIMARY KEY (id),
  CONSTRAINT products_sku_key UNIQUE (sku),
  CONSTRAINT products_sku_check CHECK (char_length(sku) <= 64),
  CONSTRAINT products_name_check CHECK (char_length(name) <= 200),
  CONSTRAINT products_unit_price_check CHECK (unit_price >= 0),
  CONSTRAINT products_currency_check CHECK (currency ~ '^[A-Z]{3}$')
);

CREATE TABLE orders (
  id bigint GENERATED ALWAYS AS IDENTITY,
  customer_id bigint NOT NULL,
  status text NOT NULL DEFAULT 'new',
  placed_at timestamptz NOT NULL DEFAULT now(),
  note text,
  CONSTRAINT orders_pkey PRIMARY KEY (id),
  CONSTRAINT orders_status_check CHECK (status IN ('new', 'paid', 'shipped', 'cancelled')),
  CONSTRAINT orders_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE RESTRICT
);

CREATE TABLE order_lines (
  order_id bigint NOT NULL,
  line_no integer NOT NULL,
  product_id bigint NOT NULL,
  quantity integer NOT NULL,
  unit_price numeric(14,2) NOT NULL,
  CONSTRAINT order_lines_pkey PRIMARY KEY (order_id, line_no),
  CONSTRAINT order_lines_line_no_check CHECK (line_no >= 1),
  CONSTRAINT order_lines_quantity_check CHECK (quantity >= 1),
  CONSTRAINT order_lines_unit_price_check CHECK (unit_price >= 0),
  CONSTRAINT order_lines_order_id_fkey FOREIGN KEY (order_id) REFERENCES orders (id) ON DELETE CASCADE,
  CONSTRAINT order_lines_product_id_fkey FOREIGN KEY (product_id) REFERENCES products (id) ON DELETE RESTRICT
);

CREATE TABLE rooms (
  id bigint GENERATED ALWAYS AS IDENTITY,
  name text NOT NULL,
  CONSTRAINT rooms_pkey PRIMARY KEY (id),
  CONSTRAINT rooms_name_key UNIQUE (name),
  CONSTRAINT rooms_name_check CHECK (char_length(name) <= 200)
);

CREATE TABLE bookings (
  id bigint GENERATED ALWAYS AS IDENTITY,
  room_id bigint NOT NULL,
  customer_id bigint NOT NULL,
  starts_at timestamptz NOT NULL,
  ends_at timestamptz NOT NULL,
  CONSTRAINT bookings_pkey PRIMARY KEY (id),
  CONSTRAINT bookings_ends_after_start_check CHECK (ends_at > starts_at),
  CONSTRAINT bookings_room_id_fkey FOREIGN KEY (room_id) REFERENCES rooms (id) ON DELETE RESTRICT,
  CONSTRAINT bookings_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE RESTRICT,
  CONSTRAINT bookings_no_double_booking_excl EXCLUDE USING gist (int8range(room_id, room_id, '[]') WITH &&, (tstzrange(starts_at, ends_at, '[)')) WITH &&)
);

CREATE TABLE tags (
  id bigint GENERATED ALWAYS AS IDENTITY,
  name text NOT NULL,
  CONSTRAINT tags_pkey PRIMARY KEY (id),
  CONSTRAINT tags_name_key UNIQUE (name),
  CONSTRAINT tags_name_check CHECK (char_length(name) <= 200)
);

CREATE TABLE product_tags (
  product_id bigint NOT NULL,
  tag_id bigint NOT NULL,
  CONSTRAINT product_tags_pkey PRIMARY KEY (product_id, tag_id),
  CONSTRAINT product_tags_product_id_fkey FOREIGN KEY (product_id) REFERENCES products (id) ON DELETE CASCADE,
  CONSTRAINT product_tags_tag_id_fkey FOREIGN KEY (tag_id) REFERENCES tags (id) ON DELETE CASCADE
);

CREATE FUNCTION orders_order_states() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.status IS DISTINCT FROM OLD.status AND NOT ((OLD.status = 'new' AND NEW.status IN ('paid', 'cancelled'))
      OR (OLD.status = 'paid' AND NEW.status IN ('shipped'))) THEN
    RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'orders_order_states',
      TABLE = 'orders', MESSAGE = 'An order changes state only along its lifecycle.';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER orders_order_states BEFORE UPDATE OF status ON orders
  FOR EACH ROW EXECUTE FUNCTION orders_order_states();

COMMENT ON TABLE customers IS 'A person who buys.';

COMMENT ON COLUMN customers.id IS 'Identifies one row of customers.';

COMMENT ON COLUMN customers.email IS 'Address to log in with.';

COMMENT ON COLUMN customers.full_name IS 'Name as written.';

COMMENT ON TABLE products IS 'Something for sale.';

COMMENT ON COLUMN products.id IS 'Identifies one row of products.';

COMMENT ON COLUMN products.sku IS 'Article number.';

COMMENT ON COLUMN products.name IS 'Name shown.';

COMMENT ON COLUMN products.unit_price IS 'Price of one.';

COMMENT ON COLUMN products.currency IS 'ISO 4217 code.';

COMMENT ON TABLE orders IS 'A purchase.';

COMMENT ON COLUMN orders.id IS 'Identifies one row of orders.';

COMMENT ON COLUMN orders.customer_id IS 'The customer of this order, a row of customers.';

COMMENT ON COLUMN orders.status IS 'Where it stands.';

COMMENT ON COLUMN orders.placed_at IS 'When placed.';

COMMENT ON COLUMN orders.note IS 'Free text.';

COMMENT ON TABLE order_lines IS 'One product of an order.';

COMMENT ON COLUMN order_lines.order_id IS 'The order of this order line, a row of orders.';

COMMENT ON COLUMN order_lines.line_no IS 'Position.';

COMMENT ON COLUMN order_lines.product_id IS 'The product of this order line, a row of products.';

COMMENT ON COLUMN order_lines.quantity IS 'How many.';

COMMENT ON COLUMN order_lines.unit_price IS 'Price when ordered.';

COMMENT ON TABLE rooms IS 'A room to book.';

COMMENT ON COLUMN rooms.id IS 'Identifies one row of rooms.';

COMMENT ON COLUMN rooms.name IS 'Name.';

COMMENT ON TABLE bookings IS 'A room taken for a time.';

COMMENT ON COLUMN bookings.id IS 'Identifies one row of bookings.';

COMMENT ON COLUMN bookings.room_id IS 'The room of this booking, a row of rooms.';

COMMENT ON COLUMN bookings.customer_id IS 'The customer of this booking, a row of customers.';

COMMENT ON COLUMN bookings.starts_at IS 'From.';

COMMENT ON COLUMN bookings.ends_at IS 'Until.';

COMMENT ON TABLE tags IS 'A word on products.';

COMMENT ON COLUMN tags.id IS 'Identifies one row of tags.';

COMMENT ON COLUMN tags.name IS 'The word.';

COMMENT ON TABLE product_tags IS 'Which tags each row of products has as tag, and the reverse.';

COMMENT ON COLUMN product_tags.product_id IS 'A row of products.';

COMMENT ON COLUMN product_tags.tag_id IS 'A row of tags.';
