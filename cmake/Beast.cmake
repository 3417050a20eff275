# heddle::beast, where there is one: the HTTP parser of Boost.Beast, which is headers alone. Nothing of it is needed on the
# user's host.

find_path(HEDDLE_BOOST_INCLUDE boost/beast/http/basic_parser.hpp)
if(HEDDLE_BOOST_INCLUDE)
  file(STRINGS "${HEDDLE_BOOST_INCLUDE}/boost/version.hpp" heddle_boost_version REGEX "define BOOST_VERSION ")
  string(REGEX MATCH "[0-9]+" heddle_boost_version "${heddle_boost_version}")
  if(heddle_boost_version GREATER_EQUAL 107000)
    add_library(heddle::beast INTERFACE IMPORTED GLOBAL)
    target_include_directories(heddle::beast SYSTEM INTERFACE "${HEDDLE_BOOST_INCLUDE}")
  endif()
endif()

function(heddle_require_beast)
  if(NOT TARGET heddle::beast)
    message(FATAL_ERROR
      "heddle needs the headers of Boost 1.70 or newer (boost/beast/http/basic_parser.hpp).\n"
      "Debian and Ubuntu: apt-get install libboost-dev. Elsewhere: unpack the Boost sources and set CMAKE_PREFIX_PATH.")
  endif()
endfunction()
