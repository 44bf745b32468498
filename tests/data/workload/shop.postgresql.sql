-- Q1 list_order_lines_by_order: The order lines of one order, shown with it.
SELECT order_lines.order_id, order_lines.line_no, order_lines.product_id, order_lines.quantity,
       order_lines.unit_price, product.name AS product_name
FROM order_lines
JOIN products AS product ON product.id = order_lines.product_id
WHERE order_lines.order_id = :order_id
ORDER BY order_lines.line_no
LIMIT :page_size;

-- Q2 search_products_by_name: The products whose name has a word that begins with what was typed; by name.
SELECT products.id, products.sku, products.name, products.unit_price, products.currency
FROM products
WHERE to_tsvector('simple', products.name) @@ to_tsquery('simple', quote_literal(:term) || ':*')
ORDER BY products.name, products.id
LIMIT :page_size;

-- Q3 find_product_by_sku: The product with a given sku.
SELECT products.id, products.sku, products.name, products.unit_price, products.currency
FROM products
WHERE products.sku = :sku;

-- Q4 list_orders_by_customer: One page of the orders of one customer, ordered by placed_at, id, last first; the next page starts after the last row seen, the first passes the highest values there are.
SELECT orders.id, orders.customer_id, orders.status, orders.placed_at
FROM orders
WHERE orders.customer_id = :customer_id
  AND (orders.placed_at, orders.id) < (:before_placed_at, :before_id)
ORDER BY orders.placed_at DESC, orders.id DESC
LIMIT :page_size;

-- Q5 free_rooms: The rooms that no booking takes between two times.
SELECT rooms.id, rooms.name
FROM rooms
WHERE NOT EXISTS (
    SELECT 1 FROM bookings
    WHERE bookings.room_id = rooms.id
    AND (tstzrange(bookings.starts_at, bookings.ends_at, '[)')) && (tstzrange(:from_time, :until_time, '[)'))
  )
ORDER BY rooms.name
LIMIT :page_size;

-- Q6 find_customer_by_email: The customer with a given email.
SELECT customers.id, customers.email, customers.full_name
FROM customers
WHERE lower(customers.email) = lower(:email);

-- Q7 find_room_by_name: The room with a given name.
SELECT rooms.id, rooms.name
FROM rooms
WHERE rooms.name = :name;

-- Q8 insert_order_line: Stores a new order line.
INSERT INTO order_lines (order_id, line_no, product_id, quantity, unit_price)
VALUES (:order_id, :line_no, :product_id, :quantity, :unit_price);

-- Q9 insert_order: Stores a new order.
INSERT INTO orders (customer_id, note)
VALUES (:customer_id, :note)
RETURNING id;

-- Q10 insert_customer: Stores a new customer.
INSERT INTO customers (email, full_name)
VALUES (:email, :full_name)
RETURNING id;

-- Q11 insert_booking: Stores a new booking.
INSERT INTO bookings (room_id, customer_id, starts_at, ends_at)
VALUES (:room_id, :customer_id, :starts_at, :ends_at)
RETURNING id;
