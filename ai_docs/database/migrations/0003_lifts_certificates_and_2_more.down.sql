SET lock_timeout = '5s';

DROP TABLE invoice_items;

DROP TABLE payments;

DROP TABLE certificates;

DROP TABLE lifts;
-- database-specialist sha256:7826134971cfa4424ac3a7617481e5a5a9015a75c3dfb983fcfa89ec63a092d5
