"""What each line of a registration is worth right now, as one SQL relation: the heart of a registration.

Nothing of it is stored, because it changes without the line: somebody else registers the serial number, a
duplicate's first line is removed, a product that is registered alone loses its company.
"""

MAX_LINES = 10_000

LINES = """
matched AS (
    SELECT i.id, i.position, i.serial_number, i.information AS own_information, e.id AS entitlement_id, e.sku,
           e.order_number, e.quantity, e.entitled_price_tier, e.maintenance_end, e.state AS entitlement_state,
           e.reserved_by, row_number() OVER (PARTITION BY i.serial_number ORDER BY i.position) AS occurrence
    FROM registration_items i
    LEFT JOIN entitlements e ON e.serial_number = i.serial_number
    WHERE i.registration_id = :registration_id
),
asked AS MATERIALIZED (
    SELECT p.sku, p.name AS product_name, p.version AS product_version, p.platform, p.registered_alone,
           p.has_file, p.fields, coalesce(s.information, '{}'::jsonb) AS shared_information,
           ARRAY(SELECT f ->> 'name' FROM jsonb_array_elements(p.fields) f
                 WHERE (f ->> 'required')::boolean) AS required
    FROM products p
    LEFT JOIN registration_information s ON s.sku = p.sku AND s.registration_id = :registration_id
    WHERE p.sku IN (SELECT sku FROM matched)
),
judged AS (
    SELECT m.*, a.product_name, a.product_version, a.platform, a.registered_alone, a.has_file,
           a.shared_information || m.own_information AS information,
           NOT (a.shared_information || m.own_information) ?& a.required AS incomplete,
           l.id AS license_id, l.account_id AS license_account_id, l.file_name,
           CASE
               WHEN m.occurrence > 1 THEN 'duplicate'
               WHEN m.reserved_by = :registration_id THEN NULL
               WHEN m.reserved_by IS NOT NULL AND taker.account_id = registration.account_id
                   THEN 'registered_by_you'
               WHEN m.reserved_by IS NOT NULL THEN 'already_registered'
               WHEN m.entitlement_id IS NOT NULL THEN NULL
               WHEN m.serial_number !~ '^[A-Za-z][0-9]{10}$' THEN 'malformed'
               WHEN EXISTS (SELECT FROM entitlements other WHERE other.serial_number = upper(m.serial_number))
                   THEN 'wrong_case'
               ELSE 'unknown'
           END AS refusal
    FROM matched m
    JOIN registrations registration ON registration.id = :registration_id
    LEFT JOIN asked a ON a.sku = m.sku
    LEFT JOIN registrations taker ON taker.id = m.reserved_by
    LEFT JOIN licenses l ON l.entitlement_id = m.entitlement_id AND m.entitlement_state = 'registered'
),
accompanied AS (
    SELECT j.*, count(*) FILTER (WHERE refusal IS NULL) OVER () AS company FROM judged j
),
lines AS (
    SELECT id, position, serial_number, entitlement_id, sku, product_name, product_version, platform,
           has_file, order_number, quantity, entitled_price_tier, maintenance_end, information,
           own_information, license_id, license_account_id, file_name, problem,
           CASE
               WHEN problem IS NOT NULL THEN 'refused'
               WHEN reserved_by = :registration_id AND license_id IS NOT NULL THEN 'issued'
               WHEN reserved_by = :registration_id THEN 'processing'
               WHEN incomplete THEN 'needs_information'
               ELSE 'ready'
           END AS state
    FROM (
        SELECT a.*, CASE
            WHEN refusal IS NOT NULL THEN refusal
            WHEN registered_alone AND company > 1 AND reserved_by IS NULL THEN 'registered_alone'
        END AS problem
        FROM accompanied a
    ) told
)
"""
"""Common table expressions for ``WITH``; bind ``registration_id``. Select from ``lines``."""
