# find_package(heddle CONFIG REQUIRED), with heddle_DIR from `node -p "require('heddle/include').cmake"`: heddle's C++ side,
# compiled into whoever uses it. docs/cpp.md is the guide.
#
#   heddle::native     tasks, executors and I/O; no Node
#   heddle::binding    heddle::native and heddle::spawn (binding/promise.hpp). Needs the npm package node-addon-api, and
#                      node-api-headers where cmake-js does not give Node's headers
#   heddle_add_addon(NAME SOURCE...)    a Node addon of these sources, NAME.node, with heddle::binding
#
# COMPONENTS native leaves Node out. HEDDLE_URING=AUTO (io_uring where liburing is found), ON or OFF (the fallback alone).

cmake_minimum_required(VERSION 3.25)
include("${CMAKE_CURRENT_LIST_DIR}/UsersNative.cmake")
if(NOT heddle_FIND_COMPONENTS OR "binding" IN_LIST heddle_FIND_COMPONENTS)
  include("${CMAKE_CURRENT_LIST_DIR}/UsersBinding.cmake")
endif()
