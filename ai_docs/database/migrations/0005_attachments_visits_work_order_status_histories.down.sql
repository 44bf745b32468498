SET lock_timeout = '5s';

DROP TABLE work_order_status_histories;

DROP TABLE visits;

DROP TABLE attachments;
-- database-specialist sha256:c9352908b7acf4c62f3dfc2462674a01bc076ccc2b33a66b3c221066179c65d7
