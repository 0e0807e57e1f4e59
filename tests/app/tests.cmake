# Pictures are read back, and written with the program's own letters where tests/run has put them.
if(TARGET test_app)
  target_link_libraries(test_app PRIVATE pkg_stb)
  target_compile_definitions(test_app PRIVATE HEADLIGHT_FONTS_DIR="${CMAKE_SOURCE_DIR}/build/fonts")
endif()
