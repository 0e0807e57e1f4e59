# The page's program: headlight.js and headlight.wasm, loaded by web/program.mjs. All files come from the page.
add_executable(headlight-web ${CMAKE_CURRENT_LIST_DIR}/../main.cpp)
target_link_libraries(headlight-web PRIVATE hl_ui hl_platform_web)
set_target_properties(headlight-web PROPERTIES OUTPUT_NAME headlight SUFFIX .js)
target_link_options(headlight-web PRIVATE
  -sMODULARIZE=1 -sEXPORT_NAME=createHeadlight -sENVIRONMENT=web,worker
  -sMIN_WEBGL_VERSION=2 -sMAX_WEBGL_VERSION=2 -sFILESYSTEM=0
  -sALLOW_MEMORY_GROWTH=1 -sMAXIMUM_MEMORY=4GB -sINITIAL_MEMORY=64MB -sSTACK_SIZE=1MB
  # A failed malloc answers null, so that a file that is too large is refused and nothing else happens.
  -sABORTING_MALLOC=0
  "-sEXPORTED_RUNTIME_METHODS=[UTF8ToString,stringToUTF8,lengthBytesUTF8,HEAPU8]"
  "-sEXPORTED_FUNCTIONS=[_main,_malloc,_free]"
  -fno-exceptions -fno-rtti)
if(HEADLIGHT_THREADS)
  target_link_options(headlight-web PRIVATE "-sPTHREAD_POOL_SIZE=Math.min(navigator.hardwareConcurrency||2,4)")
endif()
# GL declarations of platform/gl_textures.cpp without GLFW's own loader.
target_compile_definitions(hl_platform_web PRIVATE GLFW_INCLUDE_ES3)
