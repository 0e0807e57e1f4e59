# The panels (hl_ui), the platforms behind platform/platform.h, and the two programs that show them.
include(ImGuiSource)
if(NOT IMGUI_FOUND)
  return()
endif()

file(GLOB_RECURSE ui_sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*.cpp)
list(FILTER ui_sources EXCLUDE REGEX "/ui/imgui/")  # part of the imgui library
add_library(hl_ui STATIC ${ui_sources})
target_link_libraries(hl_ui PUBLIC headlight_options hl_app imgui)
target_compile_definitions(hl_ui PRIVATE HEADLIGHT_VERSION="${PROJECT_VERSION}")

# Designated initialisers name what differs from a struct's defaults; clang 19 would have every member named.
include(CheckCXXCompilerFlag)
check_cxx_compiler_flag(-Wmissing-designated-field-initializers has_designated_warning)
if(has_designated_warning)
  target_compile_options(hl_ui PRIVATE -Wno-missing-designated-field-initializers)
endif()

# What all platforms share, but for OpenGL, which the null platform has not.
set(platform_dir ${CMAKE_CURRENT_LIST_DIR}/../platform)
file(GLOB common CONFIGURE_DEPENDS ${platform_dir}/*.cpp)
list(REMOVE_ITEM common ${platform_dir}/gl_textures.cpp)
add_library(hl_platform_common STATIC ${common})
target_link_libraries(hl_platform_common PUBLIC headlight_options hl_base imgui)

# headlight_platform(name LIBRARIES ...): hl_platform_<name>, one implementation of platform/platform.h.
function(headlight_platform name)
  cmake_parse_arguments(ARG "" "" "LIBRARIES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${platform_dir}/${name}/*.cpp)
  if(NOT name STREQUAL "null")
    list(APPEND sources ${platform_dir}/gl_textures.cpp)
  endif()
  if(name STREQUAL "desktop")
    # Models are fetched by name where libcurl is there.
    if(CURL_FOUND)
      list(FILTER sources EXCLUDE REGEX "/hub_none\\.cpp$")
    else()
      list(FILTER sources EXCLUDE REGEX "/hub_(inspect|feed)\\.cpp$")
    endif()
  endif()
  add_library(hl_platform_${name} STATIC ${sources})
  target_link_libraries(hl_platform_${name} PUBLIC hl_platform_common ${ARG_LIBRARIES})
endfunction()

if(NOT EMSCRIPTEN)
  headlight_platform(null)
endif()

if(EMSCRIPTEN)
  headlight_platform(web LIBRARIES imgui_gl pkg_json)
  include(${CMAKE_CURRENT_LIST_DIR}/web.cmake)
elseif(HEADLIGHT_DESKTOP)
  find_package(glfw3 REQUIRED)
  find_package(OpenGL REQUIRED)
  add_library(imgui_glfw STATIC EXCLUDE_FROM_ALL ${IMGUI_DIR_FOUND}/backends/imgui_impl_glfw.cpp)
  target_link_libraries(imgui_glfw PUBLIC imgui glfw)
  find_package(CURL)
  headlight_platform(desktop LIBRARIES imgui_gl imgui_glfw OpenGL::GL $<TARGET_NAME_IF_EXISTS:CURL::libcurl>)
  target_compile_definitions(hl_platform_desktop PRIVATE HEADLIGHT_ASSETS_DIR="${CMAKE_SOURCE_DIR}/assets"
    HEADLIGHT_FONTS_PARENT_DIR="${CMAKE_SOURCE_DIR}/build")
  add_executable(headlight-desktop ${CMAKE_CURRENT_LIST_DIR}/../main.cpp)
  target_link_libraries(headlight-desktop PRIVATE hl_ui hl_platform_desktop)
  install(TARGETS headlight-desktop RUNTIME DESTINATION bin)
endif()
