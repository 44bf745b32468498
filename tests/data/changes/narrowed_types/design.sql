CREATE TABLE products (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name character varying(40) NOT NULL,
  price numeric(10,2) NOT NULL CONSTRAINT products_price_check CHECK (price >= 0),
  weight numeric(12,2),
  note text
);
CREATE INDEX products_price_idx ON products (price);
