# What our writer wrote must open elsewhere.
if(NOT EMSCRIPTEN)
  find_program(HEADLIGHT_PYTHON NAMES python3 PATHS /usr/bin NO_DEFAULT_PATH)
  if(HEADLIGHT_PYTHON AND TARGET test_model)
    set_tests_properties(model PROPERTIES FIXTURES_SETUP "written_folders;quantised_folders")
    if(TARGET headlight)
      set_property(TEST cli PROPERTY FIXTURES_SETUP trained_folders)
    endif()
    foreach(kind written quantised trained)
      if(kind STREQUAL trained AND NOT TARGET headlight)
        continue()
      endif()
      add_test(NAME torch_opens_${kind} COMMAND ${HEADLIGHT_PYTHON} ${CMAKE_CURRENT_LIST_DIR}/torch_opens_ours.py
        ${CMAKE_BINARY_DIR}/${kind}_folders)
      set_tests_properties(torch_opens_${kind} PROPERTIES FIXTURES_REQUIRED ${kind}_folders SKIP_RETURN_CODE 77
        LABELS golden TIMEOUT 300)
    endforeach()
  endif()
endif()
