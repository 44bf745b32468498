SET lock_timeout = '5s';

CREATE TABLE visit_parts (
  part_id bigint NOT NULL,
  visit_id bigint NOT NULL,
  quantity integer NOT NULL,
  unit_price numeric(14,2) NOT NULL,
  CONSTRAINT visit_parts_pkey PRIMARY KEY (part_id, visit_id),
  CONSTRAINT visit_parts_quantity_check CHECK (quantity >= 1),
  CONSTRAINT visit_parts_unit_price_check CHECK (unit_price >= 0),
  CONSTRAINT visit_parts_visit_id_fkey FOREIGN KEY (visit_id) REFERENCES visits (id) ON DELETE CASCADE,
  CONSTRAINT visit_parts_part_id_fkey FOREIGN KEY (part_id) REFERENCES parts (id) ON DELETE RESTRICT
);

COMMENT ON TABLE visit_parts IS 'Part of visit, with what is kept of the pair.';

COMMENT ON COLUMN visit_parts.part_id IS 'The part of this visit part, a row of parts.';

COMMENT ON COLUMN visit_parts.visit_id IS 'The visit of this visit part, a row of visits.';

COMMENT ON COLUMN visit_parts.quantity IS 'Quantity of the visit part, as a number.';

COMMENT ON COLUMN visit_parts.unit_price IS 'Unit price of the visit part, as an amount of money.';
-- database-specialist sha256:59fe04550281596e40aedff22dc15bab4f7c4ed39d8088567ae47d7915618e70
