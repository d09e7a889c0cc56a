#include "pgcatalog/functions.h"

namespace concordat::pgcatalog {

// A macro's parameter stands at most four times in its body, a cast's twice: nested calls multiply it (Level
// in rewriter.h). cat.self has one row: database, analyst, process, version. cat.pg_settings is filled anew
// for each question on it.
const char* const macros = R"(
CREATE MACRO f_version() AS (SELECT version FROM cat.self);
CREATE MACRO f_current_database() AS (SELECT "database" FROM cat.self);
CREATE MACRO f_current_schema() AS 'public';
CREATE MACRO f_current_schemas(implicit) AS CASE WHEN implicit THEN ['pg_catalog', 'public'] ELSE ['public'] END;
CREATE MACRO f_current_setting(n) AS (SELECT any_value(setting) FROM cat.pg_settings "~s" WHERE lower("~s".name) = lower(n)),
  (n, missing) AS (SELECT any_value(setting) FROM cat.pg_settings "~s" WHERE lower("~s".name) = lower(n));
CREATE MACRO f_pg_backend_pid() AS (SELECT process FROM cat.self);
CREATE MACRO f_false0() AS false;
CREATE MACRO f_zero0() AS 0::UINTEGER;
CREATE MACRO f_null0() AS NULL::VARCHAR;
CREATE MACRO f_false1(a) AS false;
CREATE MACRO f_true1(a) AS true;
CREATE MACRO f_empty0() AS '';
CREATE MACRO f_transaction() AS 3::BIGINT;
CREATE MACRO f_age(x) AS 2147483647::INTEGER;
CREATE MACRO f_extract(f, t) AS date_part(f, t)::DECIMAL(38,9);
CREATE MACRO f_timezone(zone, t) AS
  CASE WHEN upper(zone) = 'UTC' THEN t ELSE error('time zones other than UTC are not known here') END;
CREATE MACRO f_divide(a, b) AS CASE WHEN b = 0 THEN error('division by zero') ELSE a / b END;
CREATE MACRO f_modulo(a, b) AS CASE WHEN b = 0 THEN error('division by zero') ELSE a % b END;
CREATE MACRO f_empty1(a) AS '';
CREATE MACRO f_true2(a, b) AS true, (a, b, c) AS true;
CREATE MACRO f_false2(a, b) AS false, (a, b, c) AS false;
CREATE MACRO f_null_text(a) AS NULL::VARCHAR, (a, b) AS NULL::VARCHAR, (a, b, c) AS NULL::VARCHAR;
CREATE MACRO f_null_size(a) AS NULL::BIGINT, (a, b) AS NULL::BIGINT;
CREATE MACRO f_getdatabaseencoding() AS 'UTF8';
CREATE MACRO f_pg_encoding_to_char(e) AS CASE e WHEN 6 THEN 'UTF8' WHEN 0 THEN 'SQL_ASCII' ELSE '' END;
CREATE MACRO f_pg_char_to_encoding(n) AS CASE upper(n) WHEN 'UTF8' THEN 6 WHEN 'SQL_ASCII' THEN 0 ELSE -1 END;
CREATE MACRO f_pg_get_userbyid(r) AS
  coalesce((SELECT any_value(rolname) FROM cat.pg_authid "~a" WHERE "~a".oid = r), 'unknown (OID=' || r || ')');
CREATE MACRO f_pg_table_is_visible(t) AS t IN (SELECT oid FROM cat.pg_class "~v" WHERE "~v".relnamespace IN (11, 2200));
CREATE MACRO f_format_type(t, m) AS
  CASE WHEN t IS NULL THEN NULL WHEN t = 0 THEN '-'
       ELSE coalesce((SELECT shown FROM cat.display_map)[t], '???') END;
CREATE MACRO f_pg_get_viewdef(v) AS '', (v, pretty) AS '';
CREATE MACRO f_obj_description(o) AS
  (SELECT any_value(description) FROM cat.pg_description "~d" WHERE "~d".objoid = o AND "~d".objsubid = 0),
  (o, c) AS (SELECT any_value("~d".description) FROM cat.pg_description "~d"
             JOIN cat.pg_class "~k" ON "~k".oid = "~d".classoid AND "~k".relnamespace = 11
             WHERE "~d".objoid = o AND "~d".objsubid = 0 AND "~k".relname = c);
CREATE MACRO f_shobj_description(o, c) AS
  (SELECT any_value("~d".description) FROM cat.pg_shdescription "~d"
   JOIN cat.pg_class "~k" ON "~k".oid = "~d".classoid AND "~k".relnamespace = 11 WHERE "~d".objoid = o AND "~k".relname = c);
CREATE MACRO f_col_description(o, n) AS
  (SELECT any_value("~d".description) FROM cat.pg_description "~d"
   WHERE "~d".objoid = o AND "~d".classoid = 1259 AND "~d".objsubid = n AND n <> 0);
CREATE MACRO f_function_arguments(o) AS
  (SELECT any_value(arguments) FROM cat.signatures "~f" WHERE "~f".oid = o);
CREATE MACRO f_function_result(o) AS (SELECT any_value(result) FROM cat.signatures "~f" WHERE "~f".oid = o);
CREATE MACRO f_to_regclass(n) AS
  (SELECT any_value(oid) FROM cat.names "~k" WHERE n IN ("~k".name, "~k".qualified, "~k".oid::VARCHAR));
CREATE MACRO f_to_regtype(n) AS
  (SELECT any_value(oid) FROM cat.displays "~d"
   WHERE replace(n, 'pg_catalog.', '') IN ("~d".name, "~d".display, "~d".other, "~d".oid::VARCHAR));
CREATE MACRO f_to_regnamespace(n) AS
  (SELECT any_value(oid) FROM cat.pg_namespace "~d" WHERE n IN ("~d".nspname, "~d".oid::VARCHAR));
CREATE MACRO f_to_regrole(n) AS
  (SELECT any_value(oid) FROM cat.pg_authid "~d" WHERE n IN ("~d".rolname, "~d".oid::VARCHAR));
CREATE MACRO f_to_regproc(n) AS
  (SELECT any_value(oid) FROM cat.pg_proc "~d" WHERE replace(n, 'pg_catalog.', '') IN ("~d".proname, "~d".oid::VARCHAR));
CREATE MACRO f_regclass_in(n) AS
  coalesce(f_to_regclass(n), error('relation "' || n || '" does not exist'))::UINTEGER;
CREATE MACRO f_regtype_in(n) AS coalesce(f_to_regtype(n), error('type "' || n || '" does not exist'))::UINTEGER;
CREATE MACRO f_regnamespace_in(n) AS
  coalesce(f_to_regnamespace(n), error('schema "' || n || '" does not exist'))::UINTEGER;
CREATE MACRO f_regrole_in(n) AS coalesce(f_to_regrole(n), error('role "' || n || '" does not exist'))::UINTEGER;
CREATE MACRO f_regproc_in(n) AS coalesce(f_to_regproc(n), error('function "' || n || '" does not exist'))::UINTEGER;
CREATE MACRO f_number_out(o) AS regexp_replace(o::VARCHAR, '^0$', '-');
CREATE MACRO f_regclass_out(o) AS coalesce(
  (SELECT any_value(CASE WHEN visible THEN name ELSE qualified END) FROM cat.names "~k" WHERE "~k".oid = o), f_number_out(o));
CREATE MACRO f_regtype_out(o) AS coalesce(
  (SELECT any_value(display) FROM cat.displays "~d" WHERE "~d".oid = o), f_number_out(o));
CREATE MACRO f_regnamespace_out(o) AS coalesce(
  (SELECT any_value(nspname) FROM cat.pg_namespace "~d" WHERE "~d".oid = o), f_number_out(o));
CREATE MACRO f_regrole_out(o) AS coalesce(
  (SELECT any_value(rolname) FROM cat.pg_authid "~d" WHERE "~d".oid = o), f_number_out(o));
CREATE MACRO f_regproc_out(o) AS coalesce(
  (SELECT any_value(proname) FROM cat.pg_proc "~d" WHERE "~d".oid = o), f_number_out(o));
CREATE MACRO f_pg_size_pretty(n) AS list_transform([n], lambda x: CASE
  WHEN abs(x) < 10240 THEN x || ' bytes' WHEN abs(x) < 10485760 THEN (x // 1024) || ' kB'
  WHEN abs(x) < 10737418240 THEN (x // 1048576) || ' MB' ELSE (x // 1073741824) || ' GB' END)[1];
CREATE MACRO f_may_read(t, p) AS upper(p::VARCHAR) = 'SELECT', (a, b, c) AS upper(c::VARCHAR) = 'SELECT',
  (a, b, c, d) AS upper(d::VARCHAR) = 'SELECT';
CREATE MACRO f_may_use(s, p) AS upper(p::VARCHAR) = 'USAGE', (u, s, p) AS upper(p::VARCHAR) = 'USAGE';
CREATE MACRO f_may_connect(d, p) AS upper(p::VARCHAR) = 'CONNECT', (u, d, p) AS upper(p::VARCHAR) = 'CONNECT';
CREATE MACRO f_pg_has_role(r, p) AS r::VARCHAR = (SELECT analyst FROM cat.self),
  (u, r, p) AS r::VARCHAR = (SELECT analyst FROM cat.self);
CREATE MACRO f_quote_ident(n) AS list_transform([n], lambda x:
  CASE WHEN regexp_matches(x, '^[a-z_][a-z0-9_$]*$') THEN x ELSE '"' || replace(x, '"', '""') || '"' END)[1];
CREATE MACRO f_quote_literal(n) AS '''' || replace(n, '''', '''''') || '''';
CREATE MACRO f_join(a, s) AS
  CASE WHEN a IS NULL THEN NULL WHEN len(a) = 0 THEN '' ELSE list_reduce(a, lambda x, y: x || s || y) END;
CREATE MACRO f_array_to_string(a, s) AS f_join(list_transform(list_filter(a, lambda x: x IS NOT NULL), lambda x: x::VARCHAR), s),
  (a, s, n) AS f_join(list_transform(a, lambda x: coalesce(x::VARCHAR, n)), s);
CREATE MACRO f_string_to_array(t, s) AS string_split(t, s);
CREATE MACRO f_array_upper(a, d) AS CASE WHEN len(a) = 0 OR d <> 1 THEN NULL ELSE len(a) END::INTEGER;
CREATE MACRO f_array_lower(a, d) AS CASE WHEN len(a) = 0 OR d <> 1 THEN NULL ELSE 1 END::INTEGER;
CREATE MACRO f_cardinality(a) AS len(a)::INTEGER;
CREATE MACRO f_array_remove(a, e) AS list_filter(a, lambda x: x IS DISTINCT FROM e);
CREATE MACRO f_expandarray(a) AS unnest(list_transform(a, lambda x, i: {'x': x, 'n': i::INTEGER}));
CREATE MACRO f_pg_get_keywords() AS TABLE
  SELECT word, 'R' AS catcode, true AS barelabel, 'reserved' AS catdesc, 'requires AS or quotes' AS baredesc
  FROM (VALUES ('analyse'), ('analyze'), ('concurrently'), ('do'), ('freeze'), ('ilike'), ('isnull'), ('limit'),
               ('notnull'), ('placing'), ('returning'), ('variadic'), ('verbose')) k(word);
)";

}  // namespace concordat::pgcatalog
