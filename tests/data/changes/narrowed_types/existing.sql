CREATE TABLE products (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name character varying(80) NOT NULL,
  price text NOT NULL,
  weight numeric(8,2),
  note character varying(20)
);
CREATE INDEX products_price_idx ON products (price);
