# heddle::liburing, where there is one: liburing as a static archive, so that the addon needs no shared library on the
# user's host.

find_package(PkgConfig QUIET)
if(PkgConfig_FOUND)
  pkg_check_modules(LIBURING QUIET liburing)
endif()
find_library(HEDDLE_LIBURING_A NAMES liburing.a HINTS ${LIBURING_LIBRARY_DIRS})
find_path(HEDDLE_LIBURING_INCLUDE liburing.h HINTS ${LIBURING_INCLUDE_DIRS})

if(HEDDLE_LIBURING_A AND HEDDLE_LIBURING_INCLUDE)
  add_library(heddle::liburing STATIC IMPORTED GLOBAL)
  set_target_properties(heddle::liburing PROPERTIES
    IMPORTED_LOCATION "${HEDDLE_LIBURING_A}"
    INTERFACE_INCLUDE_DIRECTORIES "${HEDDLE_LIBURING_INCLUDE}")
endif()

function(heddle_require_liburing)
  if(NOT TARGET heddle::liburing)
    message(FATAL_ERROR
      "heddle needs liburing with its static archive (liburing.a) and header (liburing.h).\n"
      "Debian and Ubuntu: apt-get install liburing-dev. Elsewhere: build liburing 2.3 or newer and set CMAKE_PREFIX_PATH.")
  endif()
endfunction()
