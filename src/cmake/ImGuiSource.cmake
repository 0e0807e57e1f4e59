# The Dear ImGui *sources* (distributions package them as sources only). Order:
#  1. -DIMGUI_SOURCE_DIR=... or the environment variable of that name
#  2. the toolchain cache that web/toolchain.sh fills, or a distribution's own source tree
#  3. FetchContent, for machines with the internet (only when something that shows a window is built)
# Sets IMGUI_FOUND and defines the targets imgui (core) and imgui_gl (OpenGL 3 renderer).
set(IMGUI_SOURCE_DIR "" CACHE PATH "Dear ImGui source tree (imgui.cpp, backends/)")
set(IMGUI_FETCH_URL "https://github.com/ocornut/imgui/archive/refs/tags/v1.90.1.tar.gz" CACHE STRING
  "Archive of Dear ImGui, used only when no local source is found")
set(cache_home "$ENV{XDG_CACHE_HOME}")
if(NOT cache_home)
  set(cache_home "$ENV{HOME}/.cache")
endif()
find_path(IMGUI_DIR_FOUND NAMES imgui.cpp
  HINTS "${IMGUI_SOURCE_DIR}" "$ENV{IMGUI_SOURCE_DIR}"
  PATHS "$ENV{HEADLIGHT_CACHE}/imgui-1.90.1" "${cache_home}/headlight/imgui-1.90.1" /usr/src/imgui
  NO_DEFAULT_PATH NO_CMAKE_FIND_ROOT_PATH)
set(IMGUI_FOUND OFF)
if(NOT IMGUI_DIR_FOUND AND (HEADLIGHT_DESKTOP OR EMSCRIPTEN))
  include(FetchContent)
  FetchContent_Declare(imgui_source URL "${IMGUI_FETCH_URL}")
  FetchContent_GetProperties(imgui_source)
  if(NOT imgui_source_POPULATED)
    FetchContent_Populate(imgui_source)
  endif()
  set(IMGUI_DIR_FOUND "${imgui_source_SOURCE_DIR}" CACHE PATH "" FORCE)
endif()
if(NOT IMGUI_DIR_FOUND)
  message(STATUS "Dear ImGui sources not found (IMGUI_SOURCE_DIR): the panels are not built")
  return()
endif()
set(IMGUI_FOUND ON)
message(STATUS "Dear ImGui: ${IMGUI_DIR_FOUND}")

add_library(imgui STATIC
  ${IMGUI_DIR_FOUND}/imgui.cpp ${IMGUI_DIR_FOUND}/imgui_draw.cpp ${IMGUI_DIR_FOUND}/imgui_tables.cpp
  ${IMGUI_DIR_FOUND}/imgui_widgets.cpp ${CMAKE_SOURCE_DIR}/src/ui/imgui/assert.cpp)
set_target_properties(imgui PROPERTIES UNITY_BUILD OFF)  # not ours: it is not made for it
target_include_directories(imgui SYSTEM PUBLIC ${IMGUI_DIR_FOUND} ${IMGUI_DIR_FOUND}/backends)
target_compile_definitions(imgui PUBLIC "IMGUI_USER_CONFIG=\"${CMAKE_SOURCE_DIR}/src/ui/imgui/config.h\"")
target_compile_options(imgui PRIVATE -fno-exceptions -fno-rtti)
if(EMSCRIPTEN AND HEADLIGHT_THREADS)
  target_compile_options(imgui PRIVATE -pthread)
endif()

add_library(imgui_gl STATIC EXCLUDE_FROM_ALL ${IMGUI_DIR_FOUND}/backends/imgui_impl_opengl3.cpp)
target_link_libraries(imgui_gl PUBLIC imgui)
if(EMSCRIPTEN)
  target_compile_definitions(imgui_gl PUBLIC IMGUI_IMPL_OPENGL_ES3)
endif()
