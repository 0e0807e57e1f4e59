# GoogleTest for WebAssembly, built from its sources (Debian: /usr/src/googletest); the test programs run in node, with
# node's files.
set(GOOGLETEST_SOURCE_DIR /usr/src/googletest CACHE PATH "Sources of GoogleTest, for tests in WebAssembly")
set(gtest_dir ${GOOGLETEST_SOURCE_DIR}/googletest)
if(NOT EXISTS ${gtest_dir}/src/gtest-all.cc)
  message(FATAL_ERROR "GoogleTest's sources are not in ${GOOGLETEST_SOURCE_DIR}: set GOOGLETEST_SOURCE_DIR, or "
    "configure with -DHEADLIGHT_TESTS=OFF")
endif()
add_library(gtest_wasm STATIC EXCLUDE_FROM_ALL ${gtest_dir}/src/gtest-all.cc ${gtest_dir}/src/gtest_main.cc)
target_include_directories(gtest_wasm SYSTEM PUBLIC ${gtest_dir}/include PRIVATE ${gtest_dir})
target_compile_definitions(gtest_wasm PUBLIC GTEST_HAS_DEATH_TEST=0 GTEST_HAS_STREAM_REDIRECTION=0)
target_compile_options(gtest_wasm PRIVATE -fno-exceptions -fno-rtti)
# size_t has 32 bits here; that matters in src/, where the warning stays on.
target_compile_options(gtest_wasm INTERFACE -Wno-shorten-64-to-32 -Wno-sign-conversion)
# -O1: the compiler has optimised already, and passing over every test program once more takes minutes.
target_link_options(gtest_wasm INTERFACE -O1 -sNODERAWFS=1 -sALLOW_MEMORY_GROWTH=1 -sSTACK_SIZE=2MB -sEXIT_RUNTIME=1
  -sENVIRONMENT=node,worker)
if(HEADLIGHT_THREADS)
  target_link_options(gtest_wasm INTERFACE -sPTHREAD_POOL_SIZE=8 -sPROXY_TO_PTHREAD)
endif()
add_library(GTest::gtest_main ALIAS gtest_wasm)

# wasm_tests: all test programs of this build.
function(headlight_wasm_tests)
  get_property(targets DIRECTORY ${CMAKE_CURRENT_LIST_DIR} PROPERTY BUILDSYSTEM_TARGETS)
  list(FILTER targets INCLUDE REGEX "^test_")
  add_custom_target(wasm_tests)
  foreach(target ${targets})
    get_target_property(excluded ${target} EXCLUDE_FROM_ALL)
    if(NOT excluded)
      add_dependencies(wasm_tests ${target})
    endif()
  endforeach()
endfunction()
cmake_language(DEFER CALL headlight_wasm_tests)
