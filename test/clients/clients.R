# R: RPostgreSQL over libpq, and RODBC over psqlODBC.
check <- function(condition, what) if (!isTRUE(condition)) stop(what)
env <- function(name) Sys.getenv(name)
columns <- c("person", "sex", "age", "income", "moved")
question <- "SELECT sex, count(*) AS n FROM people WHERE age >= 18 GROUP BY sex ORDER BY sex"

suppressMessages(library(RPostgreSQL))
connection <- dbConnect(PostgreSQL(), host = env("PGHOST"), port = as.integer(env("PGPORT")), user = env("PGUSER"),
                        password = env("PGPASSWORD"), dbname = env("PGDATABASE"))
check(dbExistsTable(connection, "people"), "dbExistsTable")
check(!dbExistsTable(connection, "nowhere"), "dbExistsTable of nothing")
check("people" %in% dbListTables(connection), "dbListTables")
check(identical(dbListFields(connection, "people"), columns), "dbListFields")
answer <- dbGetQuery(connection, question)
check(identical(answer$sex, c("f", "m")), "groups")
check(all(abs(answer$n - 1000) < 120), "counts")
suppressMessages(library(dbplyr))
people <- dplyr::tbl(connection, "people")
check(identical(colnames(people), columns), "tbl")
by_sex <- dplyr::summarise(dplyr::group_by(people, sex), n = dplyr::n(), mean = mean(income, na.rm = TRUE))
counted <- dplyr::collect(dplyr::arrange(by_sex, sex))
check(identical(counted$sex, c("f", "m")) && all(abs(counted$n - 1000) < 120), "dplyr's verbs")
if (env("CLIENTS_AGAINST") != "postgres") {
  fit <- "SELECT term, lower < estimate AS above FROM concordat.lm($1, $2, level => $3) WHERE term = $4"
  fitted <- dbGetQuery(connection, fit, c("income ~ age + sex", "people", 0.9, "age"))
  check(identical(fitted$term, "age") && isTRUE(fitted$above), "a fit by parameters")
}
check(is.null(suppressWarnings(dbGetQuery(connection, "SELECT count(*) FROM nowhere"))), "an error is no answer")
check(dbGetQuery(connection, "SELECT 1 AS one")$one == 1, "after an error")
dbDisconnect(connection)

library(RODBC)
odbc <- odbcDriverConnect(paste0("Driver=/usr/lib/x86_64-linux-gnu/odbc/psqlodbcw.so;Servername=", env("PGHOST"),
                                 ";Port=", env("PGPORT"), ";Database=", env("PGDATABASE"), ";Username=", env("PGUSER"),
                                 ";Password={", env("PGPASSWORD"), "};SSLmode=", env("PGSSLMODE")))
check(inherits(odbc, "RODBC"), "odbcDriverConnect")
check("people" %in% sqlTables(odbc)$TABLE_NAME, "sqlTables")
check(identical(as.character(sqlColumns(odbc, "people")$COLUMN_NAME), columns), "sqlColumns")
answer <- sqlQuery(odbc, question)
check(all(abs(answer$n - 1000) < 120), "counts over ODBC")
odbcClose(odbc)
