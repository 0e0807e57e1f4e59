# A program of its own, because it replaces operator new for everything in it.
add_executable(test_allocations ${CMAKE_CURRENT_LIST_DIR}/allocations.cpp)
target_link_libraries(test_allocations PRIVATE hl_train)
target_link_options(test_allocations PRIVATE -Wl,--wrap=aligned_alloc)
target_include_directories(test_allocations PRIVATE ${CMAKE_SOURCE_DIR}/tests)
if(EMSCRIPTEN)
  target_link_libraries(test_allocations PRIVATE GTest::gtest_main)  # for its link options: node, memory, threads
endif()
add_test(NAME allocations COMMAND test_allocations)
set_tests_properties(allocations PROPERTIES LABELS unit TIMEOUT 300)

# Training steps a second; see tests/bench/train_bench.sh. Not a test.
add_executable(bench_train EXCLUDE_FROM_ALL ${CMAKE_SOURCE_DIR}/tests/bench/train_bench.cpp)
target_link_libraries(bench_train PRIVATE hl_train)
