-- A small shop
CREATE TYPE order_state AS ENUM ('new', 'paid', 'shipped');

CREATE TABLE customers (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email varchar(254) NOT NULL UNIQUE,
    country char(2) DEFAULT 'DE' CHECK (country IN ('DE', 'AT', 'CH'))
);

CREATE TABLE orders (
    id bigint PRIMARY KEY,
    customer_id bigint NOT NULL REFERENCES customers (id) ON DELETE RESTRICT,
    state order_state NOT NULL DEFAULT 'new',
    note text
);

CREATE TABLE order_lines (
    order_id bigint NOT NULL,
    line_no integer NOT NULL,
    sku text NOT NULL,
    PRIMARY KEY (order_id, line_no),
    UNIQUE (order_id, sku),
    FOREIGN KEY (order_id) REFERENCES orders (id)
);

CREATE TABLE broken (id int, , name text;

COMMENT ON TABLE orders IS 'A purchase; one basket.';
COMMENT ON COLUMN orders.note IS 'Free text';
ALTER TABLE customers ADD CONSTRAINT c UNIQUE (email, country);
CREATE UNIQUE INDEX ON orders (note);
CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1; SELECT 2; $$;
