"""psqlODBC through unixODBC: SQLTables, SQLColumns, SQLGetTypeInfo, a prepared question."""

import os

import check
import pyodbc

driver = "/usr/lib/x86_64-linux-gnu/odbc/psqlodbcw.so"
settings = {"Driver": driver, "Servername": os.environ["PGHOST"], "Port": os.environ["PGPORT"],
            "Database": os.environ["PGDATABASE"], "Username": os.environ["PGUSER"],
            "Password": "{" + os.environ["PGPASSWORD"] + "}", "SSLmode": os.environ["PGSSLMODE"]}


def connect(**more):
    chosen = {**settings, **more}
    return pyodbc.connect(";".join(f"{key}={value}" for key, value in chosen.items()), autocommit=True)


cursor = connect(UseDeclareFetch=1, Fetch=1).cursor()  # answers read through DECLARE and FETCH, as Tableau does
check.equal([row[0] for row in cursor.execute(check.GROUPS).fetchall()], ["f", "m"], "DECLARE and FETCH")
cursor = connect().cursor()
check.equal([row.table_name for row in cursor.tables(schema="public", tableType="TABLE")], ["people"], "SQLTables")
columns = cursor.columns(table="people", schema="public").fetchall()
check.equal([row.column_name for row in columns], check.COLUMNS, "SQLColumns")
check.equal([row.type_name for row in columns], ["text", "text", "int8", "float8", "date"], "types")
check.equal(cursor.primaryKeys("people").fetchall(), [], "SQLPrimaryKeys")
check.equal(cursor.foreignKeys("people").fetchall(), [], "SQLForeignKeys")
cursor.statistics("people").fetchall()
check.true(len(cursor.getTypeInfo().fetchall()) > 10, "SQLGetTypeInfo")
rows = cursor.execute("SELECT sex, count(*) AS n FROM people WHERE age >= ? GROUP BY sex ORDER BY sex", 18).fetchall()
check.equal([row[0] for row in rows], ["f", "m"], "groups")
check.near(rows[0][1], 1000, "people of f")
if check.GOVERNED:
    rows = cursor.execute(check.FIT.format("?", "?", "?", "?"), *check.FIT_VALUES).fetchall()
    check.equal([row[0] for row in rows], ["age"], "a fit by parameters")
for text, sqlstate in check.REFUSED:
    try:
        cursor.execute(text)
        check.true(False, "accepted: " + text)
    except pyodbc.Error as error:
        check.equal(error.args[0], sqlstate, text)
check.equal(cursor.execute("SELECT 1").fetchone()[0], 1, "after refusals")
