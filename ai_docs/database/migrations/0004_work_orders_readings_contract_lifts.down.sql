SET lock_timeout = '5s';

DROP TABLE contract_lifts;

DROP TABLE readings;

DROP TABLE work_orders;
-- database-specialist sha256:eb30ad47a4f7f410bc675e796569ca9a88f6ea5521fce26a2f6f0abdaba8345a
