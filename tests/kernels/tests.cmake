# The library holds the wide instructions that it promises, and none that fuses a product and a sum into one rounding.
if(CMAKE_OBJDUMP AND NOT EMSCRIPTEN AND CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  add_test(NAME kernels_without_fma COMMAND ${CMAKE_COMMAND} -DOBJDUMP=${CMAKE_OBJDUMP}
    -DLIBRARY=$<TARGET_FILE:hl_kernels> -P ${CMAKE_CURRENT_LIST_DIR}/without_fma.cmake)
  set_tests_properties(kernels_without_fma PROPERTIES LABELS unit)
endif()

# compute_test.cpp counts what the products ask for.
target_link_options(test_kernels PRIVATE -Wl,--wrap=aligned_alloc)

# The kernels of browsers with relaxed SIMD, where node knows it.
if(EMSCRIPTEN)
  include(${CMAKE_CURRENT_LIST_DIR}/relaxed.cmake)
endif()
