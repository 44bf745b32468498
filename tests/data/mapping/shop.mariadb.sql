CREATE TABLE customers (
  id bigint NOT NULL AUTO_INCREMENT COMMENT 'Identifies one row of customers.',
  email varchar(254) NOT NULL COMMENT 'Address to log in with.',
  full_name varchar(200) NOT NULL COMMENT 'Name as written.',
  PRIMARY KEY (id),
  CONSTRAINT customers_email_key UNIQUE (email),
  CONSTRAINT customers_email_check CHECK (email LIKE '%_@_%')
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='A person who buys.';

CREATE TABLE products (
  id bigint NOT NULL AUTO_INCREMENT COMMENT 'Identifies one row of products.',
  sku varchar(64) NOT NULL COMMENT 'Article number.',
  name varchar(200) NOT NULL COMMENT 'Name shown.',
  unit_price decimal(14,2) NOT NULL COMMENT 'Price of one.',
  currency varchar(3) NOT NULL COMMENT 'ISO 4217 code.',
  PRIMARY KEY (id),
  CONSTRAINT products_sku_key UNIQUE (sku),
  CONSTRAINT products_unit_price_check CHECK (unit_price >= 0),
  CONSTRAINT products_currency_check CHECK (currency COLLATE utf8mb4_bin REGEXP '^[A-Z]{3}$')
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='Something for sale.';

CREATE TABLE orders (
  id bigint NOT NULL AUTO_INCREMENT COMMENT 'Identifies one row of orders.',
  customer_id bigint NOT NULL COMMENT 'The customer of this order, a row of customers.',
  status varchar(64) NOT NULL DEFAULT 'new' COMMENT 'Where it stands.',
  placed_at datetime(6) NOT NULL DEFAULT (utc_timestamp(6)) COMMENT 'When placed.',
  note mediumtext COMMENT 'Free text.',
  PRIMARY KEY (id),
  CONSTRAINT orders_status_check CHECK (status IN ('new', 'paid', 'shipped', 'cancelled')),
  CONSTRAINT orders_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE RESTRICT
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='A purchase.';

CREATE TABLE order_lines (
  order_id bigint NOT NULL COMMENT 'The order of this order line, a row of orders.',
  line_no int NOT NULL COMMENT 'Position.',
  product_id bigint NOT NULL COMMENT 'The product of this order line, a row of products.',
  quantity int NOT NULL COMMENT 'How many.',
  unit_price decimal(14,2) NOT NULL COMMENT 'Price when ordered.',
  PRIMARY KEY (order_id, line_no),
  CONSTRAINT order_lines_line_no_check CHECK (line_no >= 1),
  CONSTRAINT order_lines_quantity_check CHECK (quantity >= 1),
  CONSTRAINT order_lines_unit_price_check CHECK (unit_price >= 0),
  CONSTRAINT order_lines_order_id_fkey FOREIGN KEY (order_id) REFERENCES orders (id) ON DELETE CASCADE,
  CONSTRAINT order_lines_product_id_fkey FOREIGN KEY (product_id) REFERENCES products (id) ON DELETE RESTRICT
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='One product of an order.';

CREATE TABLE rooms (
  id bigint NOT NULL AUTO_INCREMENT COMMENT 'Identifies one row of rooms.',
  name varchar(200) NOT NULL COMMENT 'Name.',
  PRIMARY KEY (id),
  CONSTRAINT rooms_name_key UNIQUE (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='A room to book.';

CREATE TABLE bookings (
  id bigint NOT NULL AUTO_INCREMENT COMMENT 'Identifies one row of bookings.',
  room_id bigint NOT NULL COMMENT 'The room of this booking, a row of rooms.',
  customer_id bigint NOT NULL COMMENT 'The customer of this booking, a row of customers.',
  starts_at datetime(6) NOT NULL COMMENT 'From.',
  ends_at datetime(6) NOT NULL COMMENT 'Until.',
  PRIMARY KEY (id),
  CONSTRAINT bookings_ends_after_start_check CHECK (ends_at > starts_at),
  CONSTRAINT bookings_room_id_fkey FOREIGN KEY (room_id) REFERENCES rooms (id) ON DELETE RESTRICT,
  CONSTRAINT bookings_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE RESTRICT
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='A room taken for a time.';

CREATE TABLE tags (
  id bigint NOT NULL AUTO_INCREMENT COMMENT 'Identifies one row of tags.',
  name varchar(200) NOT NULL COMMENT 'The word.',
  PRIMARY KEY (id),
  CONSTRAINT tags_name_key UNIQUE (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='A word on products.';

CREATE TABLE product_tags (
  product_id bigint NOT NULL COMMENT 'A row of products.',
  tag_id bigint NOT NULL COMMENT 'A row of tags.',
  PRIMARY KEY (product_id, tag_id),
  CONSTRAINT product_tags_product_id_fkey FOREIGN KEY (product_id) REFERENCES products (id) ON DELETE CASCADE,
  CONSTRAINT product_tags_tag_id_fkey FOREIGN KEY (tag_id) REFERENCES tags (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='Which tags each row of products has as tag, and the reverse.';

CREATE TRIGGER bookings_no_double_booking_excl_insert BEFORE INSERT ON bookings
FOR EACH ROW
BEGIN
  IF EXISTS (SELECT 1 FROM bookings AS other WHERE other.room_id = NEW.room_id AND (NEW.ends_at IS NULL OR other.starts_at < NEW.ends_at) AND (other.ends_at IS NULL OR NEW.starts_at < other.ends_at) AND NOT (other.id <=> NEW.id)) THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'bookings_no_double_booking_excl: A room cannot be booked twice for the same time.';
  END IF;
END;

CREATE TRIGGER bookings_no_double_booking_excl_update BEFORE UPDATE ON bookings
FOR EACH ROW
BEGIN
  IF EXISTS (SELECT 1 FROM bookings AS other WHERE other.room_id = NEW.room_id AND (NEW.ends_at IS NULL OR other.starts_at < NEW.ends_at) AND (other.ends_at IS NULL OR NEW.starts_at < other.ends_at) AND NOT (other.id <=> NEW.id)) THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'bookings_no_double_booking_excl: A room cannot be booked twice for the same time.';
  END IF;
END;

CREATE TRIGGER orders_order_states BEFORE UPDATE ON orders
FOR EACH ROW
BEGIN
  IF NOT (NEW.status <=> OLD.status) AND NOT ((OLD.status = 'new' AND NEW.status IN ('paid', 'cancelled'))
      OR (OLD.status = 'paid' AND NEW.status IN ('shipped'))) THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'orders_order_states: An order changes state only along its lifecycle.';
  END IF;
END;
