SET lock_timeout = '5s';

DROP TABLE password_reset_tokens;

DROP TABLE sessions;

DROP TABLE audit_logs;

DROP TABLE technicians;

DROP TABLE stock;

DROP TABLE contracts;

DROP TABLE invoices;

DROP TABLE sites;
-- database-specialist sha256:b92d6bd102ea93d939ed36738e0e334506ba0daae715fa62a43def0a6e48bf05
