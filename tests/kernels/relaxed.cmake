# test_kernels_relaxed: the tests of products and of golden hashes with relaxed.cpp (src/kernels/relaxed.h).
set(here ${CMAKE_CURRENT_LIST_DIR})
set(ask "import('${CMAKE_SOURCE_DIR}/web/features.mjs').then((m) => process.exit(m.accepts(m.relaxedProbe) ? 0 : 1))")
execute_process(COMMAND ${CMAKE_CROSSCOMPILING_EMULATOR} -e "${ask}" RESULT_VARIABLE refused OUTPUT_QUIET ERROR_QUIET)
if(NOT refused EQUAL 0)
  # Before 21 it has to be asked for, and gives wrong sums.
  message(STATUS "this node knows no relaxed SIMD: its kernels are tested in the browser only (tests/e2e/hosting.test.mjs)")
  return()
endif()
headlight_test_program(kernels_relaxed LIBRARIES hl_model hl_relaxed SOURCES
  ${here}/compute_test.cpp ${here}/implementations_test.cpp ${here}/packed_matrix_test.cpp
  ${here}/../model/logits_hash_test.cpp)
target_link_options(test_kernels_relaxed PRIVATE -Wl,--wrap=aligned_alloc)  # as test_kernels
