# heddle::binding and heddle_add_addon for find_package(heddle).

include_guard(GLOBAL)
include("${CMAKE_CURRENT_LIST_DIR}/NodeHeaders.cmake")

# None of these includes napi.h, so an addon is free to have its C++ exceptions on or off.
get_filename_component(heddle_root "${CMAKE_CURRENT_LIST_DIR}" DIRECTORY)
set(heddle_sources abort_listener bytes_value error_value event_loop promised_task signal_watch task_host)
list(TRANSFORM heddle_sources REPLACE "(.+)" "${heddle_root}/binding/\\1.cpp")

add_library(heddle_binding STATIC EXCLUDE_FROM_ALL ${heddle_sources})
add_library(heddle::binding ALIAS heddle_binding)
set_target_properties(heddle_binding PROPERTIES POSITION_INDEPENDENT_CODE ON CXX_VISIBILITY_PRESET hidden)
target_link_libraries(heddle_binding PUBLIC heddle_native heddle::node)

# In a Worker that is being terminated every call fails, and no exception can be thrown; that is no reason to abort.
target_compile_definitions(heddle_binding INTERFACE NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS)

# nodelete: a Worker that alone loaded the addon may exit while a native thread still runs its code.
# exclude-libs: nothing of the static libraries is exported, so that two addons cannot meet by symbol name.
target_link_options(heddle_binding INTERFACE -Wl,-z,nodelete -Wl,--exclude-libs,ALL)

function(heddle_add_addon name)
  add_library(${name} MODULE ${ARGN})
  set_target_properties(${name} PROPERTIES
    PREFIX "" SUFFIX ".node" CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  target_link_libraries(${name} PRIVATE heddle::binding)
endfunction()
