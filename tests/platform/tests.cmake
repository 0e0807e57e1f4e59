# What the platforms do without a window. The desktop's part needs GLFW, as the desktop program does.
if(TARGET hl_platform_null)
  add_executable(test_platform ${CMAKE_CURRENT_LIST_DIR}/area_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/soft_wrap_test.cpp
    ${CMAKE_CURRENT_LIST_DIR}/last_picture_test.cpp ${CMAKE_CURRENT_LIST_DIR}/picture_part_test.cpp)
  target_link_libraries(test_platform PRIVATE hl_platform_null GTest::gtest_main)
  if(TARGET hl_platform_desktop)
    target_sources(test_platform PRIVATE ${CMAKE_CURRENT_LIST_DIR}/desktop_test.cpp)
    target_link_libraries(test_platform PRIVATE hl_platform_desktop)
  endif()
  add_test(NAME platform COMMAND test_platform)
  set_tests_properties(platform PROPERTIES LABELS unit TIMEOUT 60)
endif()
