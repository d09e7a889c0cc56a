#!/usr/bin/env python3
"""What drivers do with the server of fixed answers: connect, describe, ask, stream, copy, cancel. Each that is installed.

drivers.py PORT: the port of a running pgwire_fixed.
"""
import asyncio
import datetime
import importlib.util
import sys
import threading
import time

PORT = int(sys.argv[1])
PASSWORD = "correct horse"
DSN = f"host=127.0.0.1 port={PORT} user=ana dbname=heart-study sslmode=require password='{PASSWORD}'"
FIRST = (42, "f", 1.5, True, datetime.date(2026, 11, 23), datetime.datetime(2026, 11, 23, 7, 10, 4, 123456))
NULLS = (None,) * 6
QUESTION = "SELECT count(*) FROM patients"


def psycopg2():
    import psycopg2

    connection = psycopg2.connect(DSN)
    cursor = connection.cursor()
    cursor.execute(QUESTION + " WHERE age > %s", (50,))
    assert cursor.fetchall() == [FIRST, NULLS]
    assert "charged epsilon" in connection.notices[0], connection.notices
    cursor.execute("SELECT 1; SELECT 'two'")
    assert cursor.fetchall() == [("two",)]
    named = connection.cursor("walk")  # DECLARE … CURSOR
    named.itersize = 3000
    named.execute("SELECT many FROM patients")
    assert sum(1 for _ in named) == 10_000
    named.close()
    connection.commit()
    with open("/dev/null", "w") as sink:
        cursor.copy_expert(f"COPY ({QUESTION}) TO STDOUT WITH CSV HEADER", sink)
    try:
        cursor.execute("SELECT patients.* FROM patients")
        raise AssertionError("rows were given away")
    except psycopg2.Error as error:
        assert error.pgcode == "42501" and "row_level_output" in str(error), error
    connection.rollback()
    threading.Timer(0.3, connection.cancel).start()
    try:
        cursor.execute("SELECT slow FROM patients")
        raise AssertionError("was not cancelled")
    except psycopg2.extensions.QueryCanceledError:
        connection.rollback()
    connection.autocommit = True
    cursor.execute("SET concordat.margins = on")
    cursor.execute("SHOW concordat.margins")
    assert cursor.fetchone() == ("on",)
    connection.close()


def psycopg():
    import psycopg

    with psycopg.connect(DSN) as connection:
        notices = []
        connection.add_notice_handler(lambda notice: notices.append(notice.message_primary))
        for binary in (False, True):
            cursor = connection.cursor(binary=binary)
            assert cursor.execute(QUESTION + " WHERE age > %s", (50,)).fetchall() == [(50, *FIRST[1:]), NULLS], binary
        assert any("charged" in notice for notice in notices)
        with connection.transaction(), connection.transaction():  # a savepoint
            cursor.execute(QUESTION)
        with connection.cursor("walk") as named:
            named.execute("SELECT many FROM patients")
            assert len(named.fetchmany(17)) == 17
            named.scroll(5)
            assert named.fetchone()[0] == 22
        for form in ("", " WITH (FORMAT BINARY)"):
            with cursor.copy(f"COPY ({QUESTION}) TO STDOUT{form}") as copy:
                copy.set_types(["int8", "text", "float8", "bool", "date", "timestamp"])
                assert next(copy.rows()) == FIRST
                list(copy.rows())
        with connection.pipeline():
            answers = [connection.execute(QUESTION) for _ in range(20)]
        assert all(answer.fetchone() == FIRST for answer in answers)
        connection.prepare_threshold = 0
        for _ in range(3):
            assert connection.execute(QUESTION).fetchone() == FIRST
        assert connection.execute("SELECT %s::int4 + 1", (41,)).fetchone() == (42,)
        assert [n for (n, _) in connection.cursor().stream("SELECT many FROM patients")] == list(range(10_000))


def asyncpg():
    asyncio.run(asyncpg_main())


async def asyncpg_main():
    import asyncpg

    pool = await asyncpg.create_pool(host="127.0.0.1", port=PORT, user="ana", database="heart-study",
                                     password=PASSWORD, ssl="require", min_size=1, max_size=2)
    async with pool.acquire() as connection:
        rows = await connection.fetch(QUESTION + " WHERE age > $1", 50)
        assert tuple(rows[0]) == (50, *FIRST[1:]) and tuple(rows[1]) == NULLS
        async with connection.transaction():
            count = 0
            async for _ in connection.cursor("SELECT many FROM patients", prefetch=700):
                count += 1
            assert count == 10_000
        statement = await connection.prepare(QUESTION)
        assert [a.type.name for a in statement.get_attributes()] == ["int8", "text", "float8", "bool", "date", "timestamp"]
        try:
            await connection.fetch("SELECT slow FROM patients", timeout=0.3)
            raise AssertionError("was not cancelled")
        except asyncio.TimeoutError:
            pass
        assert await connection.fetchval("SELECT 1") == 1
        try:
            await connection.fetch("SELECT patients.* FROM patients")
            raise AssertionError("rows were given away")
        except asyncpg.InsufficientPrivilegeError as error:
            assert error.hint and error.position == "8", error
    async with pool.acquire() as connection:  # reset in between
        assert await connection.fetchval("SHOW application_name") == ""
    await pool.close()


def sqlalchemy():
    import sqlalchemy

    url = sqlalchemy.URL.create("postgresql+psycopg", "ana", PASSWORD, "127.0.0.1", PORT, "heart-study")
    engine = sqlalchemy.create_engine(url)
    with engine.connect() as connection:
        assert tuple(connection.execute(sqlalchemy.text(QUESTION)).first()) == FIRST
    assert "patients" in sqlalchemy.inspect(engine).get_table_names()
    engine.dispose()


def pg8000():
    import ssl

    import pg8000.native

    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    connection = pg8000.native.Connection("ana", host="127.0.0.1", port=PORT, database="heart-study",
                                          password=PASSWORD, ssl_context=context)
    assert tuple(connection.run(QUESTION)[0]) == FIRST
    assert connection.run(QUESTION + " WHERE age > :a", a=50)[0][0] == 50
    connection.close()


def main():
    failed = []
    for driver in (psycopg2, psycopg, asyncpg, sqlalchemy, pg8000):
        if importlib.util.find_spec(driver.__name__) is None:
            print(f"{driver.__name__}: not installed")
            continue
        start = time.monotonic()
        try:
            driver()
            print(f"{driver.__name__}: well, {time.monotonic() - start:.1f} s")
        except Exception as error:  # whatever it is, the other drivers are tried too
            failed.append(driver.__name__)
            print(f"{driver.__name__}: {type(error).__name__}: {error}")
            if "-v" in sys.argv:
                raise
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
