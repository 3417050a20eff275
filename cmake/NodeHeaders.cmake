# heddle::node: the headers of node-api-headers and node-addon-api. cmake-js hands over the first in CMAKE_JS_INC;
# a plain CMake build asks node where both are.

find_program(HEDDLE_NODE node REQUIRED)

function(heddle_node_include_dir package out)
  execute_process(
    COMMAND "${HEDDLE_NODE}" -p "path.resolve(require('${package}').include_dir)"
    WORKING_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}"
    OUTPUT_VARIABLE dir ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE failed)
  if(failed)
    message(FATAL_ERROR
      "The npm package ${package} is not installed: run 'npm ci --ignore-scripts' in a clone of heddle, or build it "
      "without the addon (-DHEDDLE_ADDON=OFF); an addon of your own needs 'npm install --save-dev ${package}'.")
  endif()
  set(${out} "${dir}" PARENT_SCOPE)
endfunction()

set(HEDDLE_NODE_API_INCLUDE ${CMAKE_JS_INC})
if(NOT HEDDLE_NODE_API_INCLUDE)
  heddle_node_include_dir(node-api-headers HEDDLE_NODE_API_INCLUDE)
endif()
heddle_node_include_dir(node-addon-api HEDDLE_NODE_ADDON_API_INCLUDE)

add_library(heddle::node INTERFACE IMPORTED GLOBAL)
target_include_directories(heddle::node SYSTEM INTERFACE
  ${HEDDLE_NODE_ADDON_API_INCLUDE} ${HEDDLE_NODE_API_INCLUDE})
