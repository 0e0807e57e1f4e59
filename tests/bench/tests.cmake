# bench_kernels [implementation or all [threads [cpu]]]: speeds of the kernels beside what the machine can do at most. Not a test:
# build it alone (ninja bench_kernels); the .js of a WebAssembly build runs in node.
add_executable(bench_kernels EXCLUDE_FROM_ALL ${CMAKE_CURRENT_LIST_DIR}/kernels_bench.cpp)
target_link_libraries(bench_kernels PRIVATE hl_kernels)
if(EMSCRIPTEN)
  target_link_options(bench_kernels PRIVATE -sALLOW_MEMORY_GROWTH=1 -sENVIRONMENT=node,worker -sEXIT_RUNTIME=1)
  if(HEADLIGHT_THREADS)
    target_link_options(bench_kernels PRIVATE -sPTHREAD_POOL_SIZE=8 -sPROXY_TO_PTHREAD)
  endif()
endif()

# bench_interactive [threads [layers [f32 or q8 [cpu]]]]: what a person waits for with a model of GPT-2's size.
add_executable(bench_interactive EXCLUDE_FROM_ALL ${CMAKE_CURRENT_LIST_DIR}/interactive_bench.cpp)
target_link_libraries(bench_interactive PRIVATE hl_app)
if(EMSCRIPTEN)
  target_link_options(bench_interactive PRIVATE -sALLOW_MEMORY_GROWTH=1 -sMAXIMUM_MEMORY=4GB
    -sENVIRONMENT=node,worker -sEXIT_RUNTIME=1)
  if(HEADLIGHT_THREADS)
    target_link_options(bench_interactive PRIVATE -sPTHREAD_POOL_SIZE=8 -sPROXY_TO_PTHREAD)
  endif()
endif()

# bench_interventions [MODEL_DIR [threads [kernels]]]: what a person waits for who changes something inside the GPT (natively only:
# it reads a folder).
if(NOT EMSCRIPTEN)
  add_executable(bench_interventions EXCLUDE_FROM_ALL ${CMAKE_CURRENT_LIST_DIR}/interventions_bench.cpp)
  target_link_libraries(bench_interventions PRIVATE hl_interpret)
endif()

include(${CMAKE_CURRENT_LIST_DIR}/rivals/rivals.cmake)

# bench_faithful MODEL_DIR TEXT_FILE: what F16 and Q8 lose (natively only).
if(NOT EMSCRIPTEN)
  add_executable(bench_faithful EXCLUDE_FROM_ALL ${CMAKE_CURRENT_LIST_DIR}/faithful_bench.cpp)
  target_link_libraries(bench_faithful PRIVATE hl_train)
endif()
