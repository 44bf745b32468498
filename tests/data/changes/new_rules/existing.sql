CREATE TABLE countries (code text PRIMARY KEY);
CREATE TABLE customers (
  id serial PRIMARY KEY,
  email text,
  country text,
  age integer CONSTRAINT customers_age_check CHECK (age > 0),
  status text NOT NULL CONSTRAINT status_values CHECK (status IN ('new', 'active'))
);
