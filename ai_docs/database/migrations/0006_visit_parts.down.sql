SET lock_timeout = '5s';

DROP TABLE visit_parts;
-- database-specialist sha256:ef9893c7fa65d4c0b821daa806ddaa4c29d58102ae537b937b104e2c5f74728c
