# test_kernels_relaxed: the tests of products and of golden hashes with relaxed.cpp (src/kernels/relaxed.h).
set(here ${CMAKE_CURRENT_LIST_DIR})
find_program(NODE node REQUIRED)
set(ask "import('${CMAKE_SOURCE_DIR}/web/features.mjs').then((m) => process.exit(m.accepts(m.relaxedProbe) ? 0 : 1))")
execute_process(COMMAND ${NODE} -e "${ask}" RESULT_VARIABLE refused OUTPUT_QUIET ERROR_QUIET)
if(NOT refused EQUAL 0)
  # Before 21 it has to be asked for, and gives wrong sums.
  message(STATUS "this node knows no relaxed SIMD: its kernels are tested in the browser only (tests/e2e/hosting.test.mjs)")
  return()
endif()
add_executable(test_kernels_relaxed
  ${here}/compute_test.cpp ${here}/implementations_test.cpp ${here}/packed_matrix_test.cpp
  ${here}/../model/logits_hash_test.cpp)
target_link_libraries(test_kernels_relaxed PRIVATE hl_model hl_relaxed GTest::gtest_main)
target_include_directories(test_kernels_relaxed PRIVATE ${CMAKE_SOURCE_DIR}/tests)
target_compile_options(test_kernels_relaxed PRIVATE $<$<CONFIG:Release>:-O1>)
target_compile_definitions(test_kernels_relaxed PRIVATE HEADLIGHT_GOLDEN_DIR="${CMAKE_SOURCE_DIR}/tests/golden")
target_link_options(test_kernels_relaxed PRIVATE -Wl,--wrap=aligned_alloc)  # as test_kernels
add_test(NAME kernels_relaxed COMMAND test_kernels_relaxed)
set_tests_properties(kernels_relaxed PROPERTIES LABELS unit TIMEOUT 300)
