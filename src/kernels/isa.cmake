# Each implementation of the kernels is compiled for its own instructions; which one runs is asked at run time.
set(folder ${CMAKE_CURRENT_LIST_DIR})
set_target_properties(hl_kernels PROPERTIES UNITY_BUILD OFF)  # every file has options of its own
# O3 in every build type: a tile lives in registers only after its loops are unrolled.
set(honest -fno-tree-vectorize)
if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  list(APPEND honest -fno-slp-vectorize)
endif()
set_source_files_properties(${folder}/scalar.cpp PROPERTIES COMPILE_OPTIONS "-O3;${honest}")
set_source_files_properties(${folder}/simd128.cpp PROPERTIES COMPILE_OPTIONS "-O3")
# Not in the library, because one such instruction is enough for a browser to refuse a program (kernels/relaxed.h).
if(EMSCRIPTEN)
  add_library(hl_relaxed OBJECT EXCLUDE_FROM_ALL ${folder}/relaxed/relaxed.cpp)
  target_link_libraries(hl_relaxed PRIVATE headlight_options)
  target_compile_options(hl_relaxed PRIVATE -O3 -mrelaxed-simd)
endif()
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64" AND NOT EMSCRIPTEN)
  set(wide -O3)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # g++ 12 warns inside its own AVX-512 header (GCC bug 105593).
    list(APPEND wide -Wno-uninitialized)
  endif()
  set_source_files_properties(${folder}/avx2.cpp PROPERTIES COMPILE_OPTIONS "${wide};-mavx2")
  set_source_files_properties(${folder}/avx512.cpp PROPERTIES COMPILE_OPTIONS "${wide};-mavx512f;-mavx512bw")
  target_compile_definitions(hl_kernels PRIVATE HEADLIGHT_KERNELS_X86)
else()
  set_source_files_properties(${folder}/avx2.cpp ${folder}/avx512.cpp PROPERTIES HEADER_FILE_ONLY ON)
endif()
