CREATE TYPE order_status AS ENUM ('open', 'paid', 'refunded');
CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, status order_status NOT NULL DEFAULT 'open');
