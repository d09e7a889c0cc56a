"""asyncpg: everything binary, statements always prepared, its own look into the catalogue for types it does not know."""

import asyncio
import io
import ssl

import asyncpg
import check


async def main():
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    connection = await asyncpg.connect(ssl=context)
    names = await connection.fetch("SELECT attname FROM pg_attribute WHERE attrelid = 'people'::regclass "
                                   "AND attnum > $1 ORDER BY attnum", 0)
    check.equal([row["attname"] for row in names], check.COLUMNS, "columns")
    rows = await connection.fetch("SELECT sex, count(*) AS n, avg(income) AS mean FROM people WHERE age >= $1 "
                                  "GROUP BY sex ORDER BY sex", 18)
    check.equal([row["sex"] for row in rows], ["f", "m"], "groups")
    check.near(rows[0]["n"], 1000, "people of f")
    check.true(isinstance(rows[0]["mean"], float), "a mean that is no number")
    row = await connection.fetchrow("SELECT relacl, relkind, oid FROM pg_class WHERE relname = 'people'")
    check.equal(row["relkind"], b"r", 'a "char"')
    check.true(row["relacl"] is None or isinstance(row["relacl"], list), "an array of a type it had to look up")
    statement = await connection.prepare("SELECT count(*) FROM people WHERE sex = $1 AND moved > $2::date")
    check.equal([p.name for p in statement.get_parameters()], ["text", "date"], "parameters")
    if check.GOVERNED:
        statement = await connection.prepare(check.FIT.format("$1", "$2", "$3", "$4"))
        check.equal([p.name for p in statement.get_parameters()], ["text", "text", "float8", "text"], "a fit's parameters")
        check.equal([tuple(row) for row in await statement.fetch(*check.FIT_VALUES)], [("age", True)], "a fit by parameters")
    async with connection.transaction():
        rows = [row["sex"] async for row in connection.cursor(check.GROUPS, prefetch=1)]
        check.equal(rows, ["f", "m"], "a cursor")
    copied = io.BytesIO()
    await connection.copy_from_query(check.GROUPS, output=copied, format="csv")
    check.equal([line[:2] for line in copied.getvalue().decode().splitlines()], ["f,", "m,"], "COPY")
    await connection.reset()  # what a pool does between its users
    for text, sqlstate in check.REFUSED:
        try:
            await connection.fetch(text)
            check.true(False, "accepted: " + text)
        except asyncpg.PostgresError as error:
            check.equal(error.sqlstate, sqlstate, text)
    try:
        await asyncio.wait_for(connection.fetch(check.LONG), 0.3)  # asyncpg cancels it
        check.true(False, "not cancelled")
    except asyncio.TimeoutError:
        pass
    check.equal(await connection.fetchval("SELECT 1"), 1, "after cancel")
    await connection.close()


asyncio.run(main())
