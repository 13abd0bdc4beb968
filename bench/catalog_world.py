"""A large catalog, made in bulk and the same every time: a million licenses over fifty thousand accounts.

Account 1 owns a tenth of all licenses and shares them with account 2, account 3 owns a hundredth; everybody
else has about as many as the rest leaves them.
"""

import psycopg

TENTH, GUEST, HUNDREDTH = (f"acc_{number:026d}" for number in (1, 2, 3))
LICENSES, ACCOUNTS = 1_000_000, 50_000

_LICENSES = """
INSERT INTO licenses
  (id, registration_id, owner_account_id, registered_by, registered_at, serial_number, sku, product_name,
   product_version, platform, order_number, customer_number, customer_name, ordered_on, quantity,
   entitled_price_tier, deployed_price_tier, host_id, system_type, support_agreement_number,
   maintenance_start, maintenance_end, has_file, file_name)
SELECT 'lic_' || lpad(n::text, 26, '0'), 'reg_' || lpad((n / 5)::text, 26, '0'), owner, owner,
       TIMESTAMPTZ '2020-01-01' + n * interval '3 minutes',
       chr(65 + (n %% 26)::int) || lpad(n::text, 10, '0'), 'SKU-' || n / 10 %% 60,
       (ARRAY['Harbor Cluster', 'Quillfort Archive', 'Ledger Vault', 'Meridian Backup'])[1 + n / 10 %% 4]
         || ' ' || n / 10 %% 60, (n %% 9)::text, (ARRAY['Linux', 'Solaris', 'Windows'])[1 + n %% 3],
       'SO-' || n / 10, 'C-' || company || '-' || n %% 20, 'Company ' || company,
       DATE '2020-01-01' + (n %% 2000)::int, 1 + n %% 50, '', '', to_hex(n * 2654435761), '', '',
       DATE '2025-01-01' - (n %% 700)::int, DATE '2026-01-01' + (n %% 700)::int, true, 'license.slf'
FROM (SELECT n, 'acc_' || lpad(company::text, 26, '0') AS owner, company FROM (
        SELECT n, CASE WHEN n %% 10 = 0 THEN 1 WHEN n %% 100 = 1 THEN 3
          ELSE 4 + (n * 7919) %% %s END AS company
        FROM generate_series(1::bigint, %s) AS n) numbered) owned
"""
_SHARE = """
INSERT INTO shares (id, from_account_id, to_account_id, level, comment, created_at)
VALUES ('shr_bench', %s, %s, 'full', '', now())
"""
_SCOPES = """
INSERT INTO share_scopes (share_id, customer_number)
SELECT DISTINCT 'shr_bench', customer_number FROM licenses WHERE owner_account_id = %s
"""


def settle(catalog_url: str, licenses: int = LICENSES, accounts: int = ACCOUNTS) -> None:
    """Fill an empty catalog. Its indexes are made afterwards, which takes a third of the time."""
    with psycopg.connect(catalog_url) as connection:
        connection.execute("SET LOCAL synchronous_commit = off")
        connection.execute("SET LOCAL maintenance_work_mem = '512MB'")
        indexes = connection.execute(
            "SELECT quote_ident(indexname), indexdef FROM pg_indexes"
            " WHERE tablename = 'licenses' AND indexname LIKE 'ix_%'"
        ).fetchall()
        for name, _ in indexes:
            connection.execute(f"DROP INDEX {name}".encode())
        connection.execute(_LICENSES, [accounts - 4, licenses])
        for _, definition in indexes:
            connection.execute(definition.encode())
        connection.execute(_SHARE, [TENTH, GUEST])
        connection.execute(_SCOPES, [TENTH])
    with psycopg.connect(catalog_url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE licenses")
        connection.execute("ANALYZE shares, share_scopes")
