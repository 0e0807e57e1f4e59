# rivals_engine: the engine as a module of its own for tests/bench/rivals/run (WebAssembly builds only). Not part of
# what is built by default.
if(NOT EMSCRIPTEN)
  return()
endif()
add_executable(rivals_engine EXCLUDE_FROM_ALL ${CMAKE_CURRENT_LIST_DIR}/engine.cpp ${CMAKE_CURRENT_LIST_DIR}/limits.cpp)
target_link_libraries(rivals_engine PRIVATE hl_model hl_relaxed)
set_target_properties(rivals_engine PROPERTIES SUFFIX .mjs)
# The options of the page's program (src/ui/web.cmake) as far as they matter for speed.
target_link_options(rivals_engine PRIVATE
  -sMODULARIZE=1 -sEXPORT_ES6=1 -sENVIRONMENT=worker -sFILESYSTEM=0 --no-entry
  -sALLOW_MEMORY_GROWTH=1 -sMAXIMUM_MEMORY=4GB -sINITIAL_MEMORY=64MB -sSTACK_SIZE=1MB -sABORTING_MALLOC=0
  "-sEXPORTED_RUNTIME_METHODS=[stringToNewUTF8,HEAPU8,HEAPF32,HEAP32]" "-sEXPORTED_FUNCTIONS=[_malloc,_free]")
if(HEADLIGHT_THREADS)
  target_link_options(rivals_engine PRIVATE "-sPTHREAD_POOL_SIZE=4")
endif()
