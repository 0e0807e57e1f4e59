# The `headlight` command. CLI11 throws inside itself, so the one file that includes it is compiled with exceptions and
# RTTI; everything else of the program is not.
if(EMSCRIPTEN)
  return()
endif()
headlight_headers(pkg_cli11 CLI/CLI.hpp /usr/include)

file(GLOB cli_sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/*.cpp)
list(FILTER cli_sources EXCLUDE REGEX "/cli/main\\.cpp$")
add_library(hl_cli STATIC ${cli_sources})
target_link_libraries(hl_cli PUBLIC hl_app hl_interpret hl_train pkg_cli11)
set_source_files_properties(${CMAKE_CURRENT_LIST_DIR}/arguments.cpp PROPERTIES
  COMPILE_OPTIONS "-fexceptions;-frtti")

add_executable(headlight ${CMAKE_CURRENT_LIST_DIR}/main.cpp)
target_link_libraries(headlight PRIVATE hl_cli)
target_compile_definitions(headlight PRIVATE HEADLIGHT_VERSION="${PROJECT_VERSION}")
install(TARGETS headlight RUNTIME DESTINATION bin)
