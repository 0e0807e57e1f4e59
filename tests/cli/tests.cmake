# The command line: units of src/cli, and the built program run on real input.
if(TARGET headlight)
  file(GLOB cli_tests CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*_test.cpp)
  add_executable(test_cli ${cli_tests} ${CMAKE_CURRENT_LIST_DIR}/program.cpp)
  target_link_libraries(test_cli PRIVATE hl_cli GTest::gtest_main)
  target_include_directories(test_cli PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  target_compile_definitions(test_cli PRIVATE
    HEADLIGHT_PROGRAM="$<TARGET_FILE:headlight>"
    HEADLIGHT_GOLDEN_DIR="${CMAKE_SOURCE_DIR}/tests/golden"
    HEADLIGHT_ASSETS_DIR="${CMAKE_SOURCE_DIR}/assets"
    HEADLIGHT_BUILD_DIR="${CMAKE_BINARY_DIR}")
  add_dependencies(test_cli headlight)
  add_test(NAME cli COMMAND test_cli)
  set_tests_properties(cli PROPERTIES LABELS unit TIMEOUT 600)
endif()
