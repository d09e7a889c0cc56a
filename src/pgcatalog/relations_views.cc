// Source: PostgreSQL 15 documentation, chapters "System Catalogs" and "System Views"; format: relations.h.
#include "pgcatalog/relations.h"

namespace concordat::pgcatalog {

const char* const catalogue_views = R"(
pg_available_extension_versions 12085 v: name name, version text, installed bool, superuser bool, trusted
  bool, relocatable bool, schema name, requires _name, comment text
pg_available_extensions 12081 v: name name, default_version text, installed_version text, comment text
pg_group 12010 v: groname name, grosysid oid, grolist _oid
pg_indexes 12043 v: schemaname name, tablename name, indexname name, tablespace name, indexdef text
pg_locks 12073 v: locktype text, database oid, relation oid, page int4, tuple int2, virtualxid text,
  transactionid xid, classid oid, objid oid, objsubid int2, virtualtransaction text, pid int4, mode text,
  granted bool, fastpath bool, waitstart timestamptz
pg_matviews 12038 v: schemaname name, matviewname name, matviewowner name, tablespace name, hasindexes bool,
  ispopulated bool, definition text
pg_policies 12018 v: schemaname name, tablename name, policyname name, permissive text, roles _name, cmd
  text, qual text, with_check text
pg_publication_tables 12068 v: pubname name, schemaname name, tablename name, attnames _name, rowfilter text
pg_roles 12000 v: rolname name, rolsuper bool, rolinherit bool, rolcreaterole bool, rolcreatedb bool,
  rolcanlogin bool, rolreplication bool, rolconnlimit int4, rolpassword text, rolvaliduntil timestamptz,
  rolbypassrls bool, rolconfig _text, oid oid
pg_sequences 12048 v: schemaname name, sequencename name, sequenceowner name, data_type regtype, start_value
  int8, min_value int8, max_value int8, increment_by int8, cycle bool, cache_size int8, last_value int8
pg_settings 12104 v: name text, setting text, unit text, category text, short_desc text, extra_desc text,
  context text, vartype text, source text, min_val text, max_val text, enumvals _text, boot_val text,
  reset_val text, sourcefile text, sourceline int4, pending_restart bool
pg_stat_activity 12222 v: datid oid, datname name, pid int4, leader_pid int4, usesysid oid, usename name,
  application_name text, client_addr inet, client_hostname text, client_port int4, backend_start
  timestamptz, xact_start timestamptz, query_start timestamptz, state_change timestamptz, wait_event_type
  text, wait_event text, state text, backend_xid xid, backend_xmin xid, query_id int8, query text,
  backend_type text
pg_stat_database 12266 v: datid oid, datname name, numbackends int4, xact_commit int8, xact_rollback int8,
  blks_read int8, blks_hit int8, tup_returned int8, tup_fetched int8, tup_inserted int8, tup_updated int8,
  tup_deleted int8, conflicts int8, temp_files int8, temp_bytes int8, deadlocks int8, checksum_failures
  int8, checksum_last_failure timestamptz, blk_read_time float8, blk_write_time float8, session_time float8,
  active_time float8, idle_in_transaction_time float8, sessions int8, sessions_abandoned int8,
  sessions_fatal int8, sessions_killed int8, stats_reset timestamptz
pg_stat_user_indexes 12192 v: relid oid, indexrelid oid, schemaname name, relname name, indexrelname name,
  idx_scan int8, idx_tup_read int8, idx_tup_fetch int8
pg_stat_user_tables 12161 v: relid oid, schemaname name, relname name, seq_scan int8, seq_tup_read int8,
  idx_scan int8, idx_tup_fetch int8, n_tup_ins int8, n_tup_upd int8, n_tup_del int8, n_tup_hot_upd int8,
  n_live_tup int8, n_dead_tup int8, n_mod_since_analyze int8, n_ins_since_vacuum int8, last_vacuum
  timestamptz, last_autovacuum timestamptz, last_analyze timestamptz, last_autoanalyze timestamptz,
  vacuum_count int8, autovacuum_count int8, analyze_count int8, autoanalyze_count int8
pg_stat_wal_receiver 12236 v: pid int4, status text, receive_start_lsn pg_lsn, receive_start_tli int4,
  written_lsn pg_lsn, flushed_lsn pg_lsn, received_tli int4, last_msg_send_time timestamptz,
  last_msg_receipt_time timestamptz, latest_end_lsn pg_lsn, latest_end_time timestamptz, slot_name text,
  sender_host text, sender_port int4, conninfo text
pg_statio_user_tables 12179 v: relid oid, schemaname name, relname name, heap_blks_read int8, heap_blks_hit
  int8, idx_blks_read int8, idx_blks_hit int8, toast_blks_read int8, toast_blks_hit int8, tidx_blks_read
  int8, tidx_blks_hit int8
pg_stats 12053 v: schemaname name, tablename name, attname name, inherited bool, null_frac float4, avg_width
  int4, n_distinct float4, most_common_vals anyarray, most_common_freqs _float4, histogram_bounds anyarray,
  correlation float4, most_common_elems anyarray, most_common_elem_freqs _float4, elem_count_histogram
  _float4
pg_tables 12033 v: schemaname name, tablename name, tableowner name, tablespace name, hasindexes bool,
  hasrules bool, hastriggers bool, rowsecurity bool
pg_user 12014 v: usename name, usesysid oid, usecreatedb bool, usesuper bool, userepl bool, usebypassrls
  bool, passwd text, valuntil timestamptz, useconfig _text
pg_user_mappings 12327 v: umid oid, srvid oid, srvname name, umuser oid, usename name, umoptions _text
pg_views 12028 v: schemaname name, viewname name, viewowner name, definition text
)";

}  // namespace concordat::pgcatalog
