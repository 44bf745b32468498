CREATE TABLE countries (code text PRIMARY KEY);
CREATE TABLE customers (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  email text NOT NULL,
  country text CONSTRAINT customers_country_fkey REFERENCES countries (code),
  age integer CONSTRAINT customers_age_check CHECK (age >= 18),
  status text NOT NULL DEFAULT 'new' CONSTRAINT customers_status_check CHECK (status IN ('new', 'active', 'closed')),
  CONSTRAINT customers_email_key UNIQUE (email)
);
CREATE UNIQUE INDEX customers_country_age_idx ON customers (country, age) WHERE age > 60;
