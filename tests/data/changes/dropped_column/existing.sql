CREATE TABLE customers (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  email text NOT NULL,
  shoe_size integer NOT NULL,
  fax text
);
CREATE TABLE coupons (id bigint PRIMARY KEY, code text NOT NULL, percent integer NOT NULL);
CREATE INDEX customers_fax_idx ON customers (fax);
CREATE INDEX customers_lower_email_idx ON customers (lower(email));
