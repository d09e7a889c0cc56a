"""SQLAlchemy: its inspector over two drivers, and a question made of Python expressions."""

import check
import sqlalchemy

for driver in ("psycopg", "psycopg2"):
    engine = sqlalchemy.create_engine(f"postgresql+{driver}://")
    inspector = sqlalchemy.inspect(engine)
    check.equal(inspector.get_table_names(), ["people"], "tables")
    columns = inspector.get_columns("people")
    check.equal([column["name"] for column in columns], check.COLUMNS, "columns")
    check.equal(str(columns[2]["type"]), "BIGINT", "type of age")
    check.equal(inspector.get_pk_constraint("people")["constrained_columns"], [], "primary key")
    check.equal(inspector.get_foreign_keys("people"), [], "foreign keys")
    check.equal(inspector.get_indexes("people"), [], "indexes")
    check.true("public" in inspector.get_schema_names(), "schemas")
    if check.GOVERNED:
        check.true("budget" in inspector.get_view_names("concordat"), "views of schema concordat")
        check.true("range 0 to 110" in columns[2]["comment"], "comment of age")
    people = sqlalchemy.Table("people", sqlalchemy.MetaData(), autoload_with=engine)
    question = (sqlalchemy.select(people.c.sex, sqlalchemy.func.count().label("n"))
                .where(people.c.age >= 18).group_by(people.c.sex).order_by(people.c.sex))
    with engine.connect() as connection:
        for sex, n in connection.execute(question):
            check.near(n, 1000, "people of " + sex)
        if check.GOVERNED:
            names = dict(zip(("formula", "data", "level", "term"), check.FIT_VALUES))
            fit = sqlalchemy.text(check.FIT.format(*(":" + name for name in names)))
            check.equal([tuple(row) for row in connection.execute(fit, names)], [("age", True)], "a fit by parameters")
            fitted = sqlalchemy.func.concordat.lm("income ~ age", "people").table_valued("term", "estimate")
            rows = connection.execute(sqlalchemy.select(fitted.c.term).where(fitted.c.term == "age"))
            check.equal([tuple(row) for row in rows], [("age",)], "a fit as a function")
        try:
            connection.execute(sqlalchemy.text("SELECT count(*) FROM nowhere"))
            check.true(False, "accepted")
        except sqlalchemy.exc.DBAPIError as error:
            check.true("nowhere" in str(error), str(error))
