# Compiler, linker and cache: faster tools where they are present, nothing required.
option(CONCORDAT_TESTS "Build the tests" ON)
option(CONCORDAT_FUZZ "Build the fuzz targets (libFuzzer)" OFF)
option(CONCORDAT_MUTATIONS "Let tests put known bugs back (never in a release)" OFF)
option(CONCORDAT_LINES "Let debuggers and sanitizers say the line of a file: a sixth of what compiling takes" ON)
option(CONCORDAT_CI "Let ctest close CI: with clang-tidy, and with the unit tests of build/asan and build/tsan in place of plain ones" OFF)
set(CONCORDAT_TOGETHER "" CACHE STRING "Compile so many of a module's sources together: sooner done, and each name of a module stands once")
set(CONCORDAT_SANITIZE "" CACHE STRING "Sanitizers, as -fsanitize= takes them")

find_program(CCACHE ccache)
if(CCACHE)
  # Precompiled headers need these two sloppinesses to be cacheable.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 CCACHE_MAXSIZE=5G ${CCACHE})
  set(CMAKE_PCH_INSTANTIATE_TEMPLATES OFF)
endif()
find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()

add_compile_options(-Wall -Wextra -Wpedantic -Werror -Wshadow -Wsuggest-override
  -Wzero-as-null-pointer-constant -Wno-gnu-statement-expression
  -Wno-gnu-statement-expression-from-macro-expansion -Wno-missing-field-initializers
  -Wno-gnu-zero-variadic-macro-arguments -fno-strict-aliasing -fstack-protector-strong)
if(CMAKE_BUILD_TYPE STREQUAL "Debug")
  # Half of what compiling costs under address and undefined sanitizers is optimizing what they added. Under the thread sanitizer libraries
  # that are built without it would call our unoptimized copies of the standard library's functions, and it loses count.
  if(CONCORDAT_SANITIZE MATCHES "undefined")
    add_compile_options(-O0)
  else()
    add_compile_options(-O1)
  endif()
  if(CONCORDAT_LINES)
    add_compile_options(-gline-tables-only)
  else()
    add_compile_options(-g0)
  endif()
else()
  add_compile_options(-D_FORTIFY_SOURCE=2)
  add_link_options(-Wl,-z,relro,-z,now)
endif()
if(CCACHE AND CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-fpch-instantiate-templates>
                      "$<$<COMPILE_LANGUAGE:CXX>:SHELL:-Xclang -fno-pch-timestamp>")
endif()
if(CONCORDAT_SANITIZE)
  add_compile_options(-fsanitize=${CONCORDAT_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${CONCORDAT_SANITIZE})
endif()
# Clang keeps the address of a __thread variable over a coroutine's suspension, which may end on another thread: Asio's lists of free
# frames were then shared by threads, without a lock. Its other way asks pthreads each time.
add_compile_definitions(BOOST_ASIO_DISABLE_THREAD_KEYWORD_EXTENSION BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION)
if(CONCORDAT_MUTATIONS)
  add_compile_definitions(CONCORDAT_MUTATIONS=1)
endif()
if(CONCORDAT_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
if(CMAKE_BUILD_TYPE STREQUAL "Debug")
  set(CMAKE_CXX_COMPILE_OPTIONS_PIE -fPIC)  # so that fuzzers share the precompiled headers of libraries
endif()
