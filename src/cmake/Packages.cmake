# Header-only packages. Under emcmake the sysroot hides /usr/include, so the directories are asked for by path.
function(headlight_headers target header hint)
  find_path(${target}_DIR ${header} HINTS ${CMAKE_PREFIX_PATH} PATHS ${hint} PATH_SUFFIXES include include/stb
    NO_CMAKE_FIND_ROOT_PATH REQUIRED)
  add_library(${target} INTERFACE)
  if(EMSCRIPTEN AND ${target}_DIR STREQUAL "/usr/include")
    # Only this package, not all of the host's headers.
    get_filename_component(folder ${header} DIRECTORY)
    file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/headers/${target})
    file(CREATE_LINK ${${target}_DIR}/${folder} ${CMAKE_BINARY_DIR}/headers/${target}/${folder} SYMBOLIC)
    target_include_directories(${target} SYSTEM INTERFACE ${CMAKE_BINARY_DIR}/headers/${target})
  else()
    target_include_directories(${target} SYSTEM INTERFACE ${${target}_DIR})
  endif()
endfunction()

headlight_headers(pkg_json nlohmann/json.hpp /usr/include)
target_compile_definitions(pkg_json INTERFACE JSON_NOEXCEPTION JSON_USE_IMPLICIT_CONVERSIONS=0)

# Linear algebra (libeigen3-dev). Without vector instructions: they would round differently on each machine.
headlight_headers(pkg_eigen Eigen/Eigenvalues /usr/include/eigen3)
target_compile_definitions(pkg_eigen INTERFACE EIGEN_DONT_VECTORIZE EIGEN_MPL2_ONLY)

# Letters and PNG files (libstb-dev).
headlight_headers(pkg_stb stb_truetype.h /usr/include/stb)
