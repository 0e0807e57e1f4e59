# One libFuzzer program a file: <name>_fuzz.cpp -> fuzz_<name>; seeds in corpus/<name>/. `fuzzers` builds them all;
# `ctest -L fuzz` runs each for 10 seconds. Use the preset "fuzz": it instruments the libraries too. An hour over the
# readers of checkpoints, configurations, indices and tokenizers (8.8 million inputs) found no fault; of its inputs those
# stay that are needed to reach all that it reached (fuzz_loader -set_cover_merge=1 -use_counters=0 SEEDS FOUND).
if(NOT HEADLIGHT_FUZZ)
  return()
endif()
if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang" OR NOT HEADLIGHT_SANITIZE MATCHES "fuzzer-no-link")
  message(FATAL_ERROR "HEADLIGHT_FUZZ needs clang and HEADLIGHT_SANITIZE=address,undefined,fuzzer-no-link (preset fuzz)")
endif()

# headlight_fuzz(name source libraries...)
function(headlight_fuzz name source)
  add_executable(fuzz_${name} EXCLUDE_FROM_ALL ${source})
  target_link_libraries(fuzz_${name} PRIVATE ${ARGN})
  target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
  add_dependencies(fuzzers fuzz_${name})
  # What is found goes to the build folder; the seeds are only read.
  set(found ${CMAKE_BINARY_DIR}/corpus/${name})
  file(MAKE_DIRECTORY ${found})
  set(seeds ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/corpus/${name})
  if(NOT IS_DIRECTORY ${seeds})
    set(seeds)
  endif()
  add_test(NAME fuzz_${name} COMMAND fuzz_${name} -max_total_time=10 -timeout=10 -rss_limit_mb=2048 ${found} ${seeds})
  set_tests_properties(fuzz_${name} PROPERTIES LABELS fuzz TIMEOUT 120)
endfunction()

add_custom_target(fuzzers)
file(GLOB fuzz_sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*_fuzz.cpp)
foreach(source ${fuzz_sources})
  get_filename_component(name ${source} NAME_WE)
  string(REGEX REPLACE "_fuzz$" "" name ${name})
  headlight_fuzz(${name} ${source} hl_app hl_text hl_checkpoint)
endforeach()
