"""psycopg2: the simple protocol, parameters put in by the client, cancel from another thread."""

import io
import threading

import check
import psycopg2

connection = psycopg2.connect("")
connection.autocommit = True
cursor = connection.cursor()
check.true(connection.info.ssl_in_use, "no TLS")

cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = %s", ("public",))
check.equal(cursor.fetchall(), [("people",)], "tables")
cursor.execute("SELECT sex, count(*) AS n FROM people WHERE age >= %s GROUP BY sex ORDER BY sex", (18,))
check.equal([(d.name, d.type_code) for d in cursor.description], [("sex", 25), ("n", 20)], "types")
rows = cursor.fetchall()
check.equal([row[0] for row in rows], ["f", "m"], "groups")
for row in rows:
    check.near(row[1], 1000, "people of " + row[0])

for text, sqlstate in check.REFUSED:
    try:
        cursor.execute(text)
        check.true(False, "accepted: " + text)
    except psycopg2.Error as error:
        check.equal(error.pgcode, sqlstate, text)

if check.GOVERNED:
    check.true(any("charged" in notice for notice in connection.notices), f"no NOTICE of the charge: {connection.notices}")
    try:
        cursor.execute("SELECT count(agge) FROM people")
        check.true(False, "accepted")
    except psycopg2.Error as error:
        check.equal((error.diag.message_hint, error.diag.statement_position), ("did you mean age?", "14"), "hint")
copied = io.StringIO()
cursor.copy_expert(f"COPY ({check.GROUPS}) TO STDOUT WITH CSV HEADER", copied)
lines = copied.getvalue().splitlines()
check.equal([line.split(",")[0] for line in lines], ["sex", "f", "m"], "COPY")
check.near(lines[1].split(",")[1], 1000, "people of f, copied")

timer = threading.Timer(0.3, connection.cancel)
timer.start()
try:
    cursor.execute(check.LONG)
    check.true(False, "not cancelled")
except psycopg2.Error as error:
    check.equal(error.pgcode, "57014", "cancel")
timer.join()
cursor.execute("SELECT 1")
check.equal(cursor.fetchone(), (1,), "after cancel")
try:
    psycopg2.connect(password="wrong")
    check.true(False, "a wrong password was accepted")
except psycopg2.OperationalError as error:
    check.true("password" in str(error), str(error))
