# The page's programs, each a .js and a .wasm, loaded by web/program.mjs. All files come from the page.
# headlight_page(target output): build/<preset>/src/<output>.js and .wasm
function(headlight_page target output)
  add_executable(${target} ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/../main.cpp)
  target_link_libraries(${target} PRIVATE hl_ui hl_platform_web)
  set_target_properties(${target} PROPERTIES OUTPUT_NAME ${output} SUFFIX .js)
  target_link_options(${target} PRIVATE
    -sMODULARIZE=1 -sEXPORT_NAME=createHeadlight -sENVIRONMENT=web,worker
    -sMIN_WEBGL_VERSION=2 -sMAX_WEBGL_VERSION=2 -sFILESYSTEM=0
    -sALLOW_MEMORY_GROWTH=1 -sMAXIMUM_MEMORY=4GB -sINITIAL_MEMORY=64MB -sSTACK_SIZE=1MB
    # A failed malloc answers null, so that a file that is too large is refused and nothing else happens.
    -sABORTING_MALLOC=0
    "-sEXPORTED_RUNTIME_METHODS=[UTF8ToString,stringToUTF8,lengthBytesUTF8,HEAPU8]"
    "-sEXPORTED_FUNCTIONS=[_main,_malloc,_free]"
    -fno-exceptions -fno-rtti)
  if(HEADLIGHT_THREADS)
    target_link_options(${target} PRIVATE "-sPTHREAD_POOL_SIZE=Math.min(navigator.hardwareConcurrency||2,4)")
  endif()
endfunction()
headlight_page(headlight-web headlight)
# The same for browsers with relaxed SIMD (kernels/relaxed.h).
headlight_page(headlight-web-relaxed headlight-relaxed)
target_link_libraries(headlight-web-relaxed PRIVATE hl_relaxed)
add_dependencies(headlight-web headlight-web-relaxed)
# GL declarations of platform/gl_textures.cpp without GLFW's own loader.
target_compile_definitions(hl_platform_web PRIVATE GLFW_INCLUDE_ES3)
