# What our writer wrote must open elsewhere.
if(NOT EMSCRIPTEN)
  find_program(HEADLIGHT_PYTHON NAMES python3 PATHS /usr/bin NO_DEFAULT_PATH)
  if(HEADLIGHT_PYTHON AND TARGET test_model)
    add_test(NAME torch_opens_ours COMMAND ${HEADLIGHT_PYTHON} ${CMAKE_CURRENT_LIST_DIR}/torch_opens_ours.py
      ${CMAKE_BINARY_DIR}/written_folders)
    set_tests_properties(model PROPERTIES FIXTURES_SETUP written_folders)
    set_tests_properties(torch_opens_ours PROPERTIES FIXTURES_REQUIRED written_folders SKIP_RETURN_CODE 77
      LABELS golden TIMEOUT 300)
  endif()
endif()
