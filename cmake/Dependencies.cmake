# Everything the product stands on, found once. tools/setup installs it.
find_package(Threads REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(SQLite3 3.40 REQUIRED)
find_package(Protobuf REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
find_package(tl-expected REQUIRED)
find_package(Boost 1.81 REQUIRED)
# Asio and Beast are compiled once, not in each file that includes them.
add_library(concordat_boost STATIC EXCLUDE_FROM_ALL ${CMAKE_SOURCE_DIR}/cmake/boost.cc)
target_compile_options(concordat_boost PRIVATE -w)
target_link_libraries(concordat_boost PUBLIC Boost::headers OpenSSL::SSL Threads::Threads)
find_package(PkgConfig REQUIRED)
pkg_check_modules(sodium REQUIRED IMPORTED_TARGET libsodium)

# Not by gRPC's own CMake files: those of what it stands on turn -pthread on for all, which precompiled headers do not take.
pkg_check_modules(GRPC REQUIRED grpc++>=1.51)
find_library(GRPCPP_LIBRARY grpc++ REQUIRED)
find_library(GRPC_LIBRARY grpc REQUIRED)
find_library(GPR_LIBRARY gpr REQUIRED)
find_library(ABSL_SYNCHRONIZATION_LIBRARY absl_synchronization REQUIRED)  # used in gRPC's headers
add_library(concordat_grpc INTERFACE)
target_link_libraries(concordat_grpc INTERFACE ${GRPCPP_LIBRARY} ${GRPC_LIBRARY} ${GPR_LIBRARY}
                      ${ABSL_SYNCHRONIZATION_LIBRARY})

find_path(PG_QUERY_INCLUDE pg_query.h REQUIRED)
find_library(PG_QUERY_LIBRARY pg_query REQUIRED)
find_path(PG_QUERY_PROTO pg_query.proto PATH_SUFFIXES pg_query REQUIRED)
add_library(concordat_pg_query INTERFACE)
target_include_directories(concordat_pg_query SYSTEM INTERFACE ${PG_QUERY_INCLUDE})
target_link_libraries(concordat_pg_query INTERFACE ${PG_QUERY_LIBRARY})

# DuckDB: library and header from npm, pinned and hash-checked by tools/setup.
set(DUCKDB_ROOT ${CMAKE_SOURCE_DIR}/.deps/duckdb CACHE PATH "Folder with duckdb.h and libduckdb.so")
if(NOT EXISTS ${DUCKDB_ROOT}/libduckdb.so)
  message(FATAL_ERROR "DuckDB is not in ${DUCKDB_ROOT}: run tools/setup")
endif()
add_library(duckdb SHARED IMPORTED)
set_target_properties(duckdb PROPERTIES IMPORTED_LOCATION ${DUCKDB_ROOT}/libduckdb.so)
target_include_directories(duckdb SYSTEM INTERFACE ${DUCKDB_ROOT})

if(CONCORDAT_TESTS)
  find_package(GTest REQUIRED)
  include(GoogleTest)
endif()
find_package(benchmark REQUIRED)
