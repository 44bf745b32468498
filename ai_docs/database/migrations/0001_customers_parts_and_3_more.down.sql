SET lock_timeout = '5s';

DROP TABLE depots;

DROP TABLE users;

DROP TABLE lift_models;

DROP TABLE parts;

DROP TABLE customers;
-- database-specialist sha256:6515ef1dd65f17bef8543f2fbeb4b35e1b81a23f38b01d53cf2fedfee2227847
