# heddle::native for find_package(heddle): a static library compiled from the installed package's sources.

include_guard(GLOBAL)
include("${CMAKE_CURRENT_LIST_DIR}/Compilers.cmake")

set(HEDDLE_URING AUTO CACHE STRING "io_uring through liburing: AUTO (where it is found), ON or OFF")
set_property(CACHE HEDDLE_URING PROPERTY STRINGS AUTO ON OFF)
if(NOT HEDDLE_URING MATCHES "^(AUTO|ON|OFF)$")
  message(FATAL_ERROR "HEDDLE_URING is '${HEDDLE_URING}'; use AUTO, ON or OFF")
endif()

find_package(Threads REQUIRED)
get_filename_component(heddle_root "${CMAKE_CURRENT_LIST_DIR}" DIRECTORY)
file(GLOB heddle_sources CONFIGURE_DEPENDS "${heddle_root}/native/*.cpp" "${heddle_root}/native/io/*.cpp")

add_library(heddle_native STATIC EXCLUDE_FROM_ALL)
add_library(heddle::native ALIAS heddle_native)
set_target_properties(heddle_native PROPERTIES POSITION_INDEPENDENT_CODE ON CXX_VISIBILITY_PRESET hidden)
target_compile_features(heddle_native PUBLIC cxx_std_20)
target_include_directories(heddle_native SYSTEM PUBLIC "${heddle_root}")
target_link_libraries(heddle_native PUBLIC Threads::Threads)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # Without it each transfer from one coroutine to another grows the stack, and -O0 and -O1 leave it out.
  target_compile_options(heddle_native PUBLIC
    $<$<COMPILE_LANGUAGE:CXX>:-foptimize-sibling-calls>
    $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CONFIG:Debug>>:-Og>)
endif()

if(NOT HEDDLE_URING STREQUAL "OFF")
  include("${CMAKE_CURRENT_LIST_DIR}/Liburing.cmake")
endif()
if(HEDDLE_URING STREQUAL "ON")
  heddle_require_liburing()
endif()
if(TARGET heddle::liburing)
  target_link_libraries(heddle_native PUBLIC heddle::liburing)
else()
  message(STATUS "heddle: without io_uring; I/O runs on the fallback")
  list(FILTER heddle_sources EXCLUDE REGEX "/native/io/(ring|ring_entry|uring_backend|uring_many)\\.cpp$")
  target_compile_definitions(heddle_native PRIVATE HEDDLE_WITHOUT_URING)
endif()

# The HTTP client, where the headers of its parser are found.
include("${CMAKE_CURRENT_LIST_DIR}/Beast.cmake")
if(TARGET heddle::beast)
  file(GLOB heddle_http_sources CONFIGURE_DEPENDS "${heddle_root}/native/http/*.cpp")
  list(APPEND heddle_sources ${heddle_http_sources})
  target_link_libraries(heddle_native PRIVATE heddle::beast)
else()
  message(STATUS "heddle: without native/http; it needs the headers of Boost 1.70 or newer")
endif()
target_sources(heddle_native PRIVATE ${heddle_sources})
