"""psycopg 3: the extended protocol, text and binary results, prepared statements, server-side cursors, pipelines."""

import threading

import check
import psycopg
from psycopg.types import TypeInfo

with psycopg.connect("", autocommit=True) as connection:
    rows = connection.execute(
        "SELECT a.attname, format_type(a.atttypid, a.atttypmod) FROM pg_attribute a "
        "WHERE a.attrelid = %s::regclass AND a.attnum > 0 ORDER BY a.attnum", ("people",)).fetchall()
    check.equal([name for name, _ in rows], check.COLUMNS, "columns")
    check.equal(dict(rows)["age"], "bigint", "type of age")
    check.equal(TypeInfo.fetch(connection, "text").array_oid, 1009, "text[]")

    for binary in (False, True):
        for _ in range(7):  # beyond prepare_threshold: the statement is prepared by name
            cursor = connection.cursor(binary=binary)
            cursor.execute("SELECT sex, count(*), avg(income) FROM people WHERE age < %s GROUP BY sex ORDER BY sex",
                           (200,))
            rows = cursor.fetchall()
        check.equal([type(value) for value in rows[0]], [str, int, float], "types")
        check.near(rows[0][1], 1000, "people of f")
        check.near(rows[0][2], 44000, "income of f", within=6000)
        cursor.execute("SELECT oid, relname, relkind, reltuples, current_schemas(true) FROM pg_class "
                       "WHERE relname = %s", ("people",))
        row = cursor.fetchone()
        check.true(isinstance(row[0], int) and row[1] == "people", repr(row))
        check.equal(row[4], ["pg_catalog", "public"], "an array")
        cursor.execute("SELECT relname FROM pg_class WHERE relname = ANY(%s)", (["people", "nothing"],))
        check.equal(cursor.fetchall(), [("people",)], "an array parameter")

    if check.GOVERNED:
        for binary in (False, True):
            for _ in range(7):
                cursor = connection.cursor(binary=binary)
                cursor.execute(check.FIT.format("%s", "%s", "%s", "%s"), check.FIT_VALUES)
                check.equal(cursor.fetchall(), [("age", True)], "a fit by parameters")

    for text, sqlstate in check.REFUSED:
        try:
            connection.execute(text)
            check.true(False, "accepted: " + text)
        except psycopg.Error as error:
            check.equal(error.sqlstate, sqlstate, text)

    with connection.transaction(), connection.cursor("named") as cursor:
        cursor.execute("SELECT attname FROM pg_attribute WHERE attrelid = 'people'::regclass AND attnum > 0 ORDER BY attnum")
        check.equal([row[0] for row in cursor.fetchmany(2)], check.COLUMNS[:2], "a server-side cursor")
        check.equal([row[0] for row in cursor.fetchall()], check.COLUMNS[2:], "the rest of it")
    with connection.transaction(), connection.cursor("people") as cursor:
        cursor.execute(check.GROUPS)
        check.equal([cursor.fetchone()[0], cursor.fetchone()[0], cursor.fetchone()], ["f", "m", None], "a cursor over a question")
    for form in ("", " WITH (FORMAT BINARY)"):
        with connection.cursor().copy(f"COPY ({check.GROUPS}) TO STDOUT{form}") as copy:
            copy.set_types(["text", "int8"])
            check.equal([row[0] for row in copy.rows()], ["f", "m"], "COPY" + form)
    with connection.pipeline():
        first = connection.execute("SELECT 1")
        second = connection.execute("SELECT %s::int", (2,))
        check.equal((first.fetchone(), second.fetchone()), ((1,), (2,)), "a pipeline")

    timer = threading.Timer(0.3, connection.cancel_safe)
    timer.start()
    try:
        connection.execute(check.LONG)
        check.true(False, "not cancelled")
    except psycopg.errors.QueryCanceled:
        pass
    timer.join()
    check.equal(connection.execute("SELECT 1").fetchone(), (1,), "after cancel")
