# heddle.node: the N-API binding. Node itself provides the napi_* and uv_* symbols when it loads the module.

include(NodeHeaders)

file(GLOB_RECURSE HEDDLE_BINDING_SOURCES CONFIGURE_DEPENDS binding/*.cpp)
add_library(heddle MODULE ${HEDDLE_BINDING_SOURCES})
set_target_properties(heddle PROPERTIES
  PREFIX "" SUFFIX ".node" CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
target_link_libraries(heddle PRIVATE heddle_cuda heddle::node heddle_options)
heddle_precompile(heddle napi.h)
# SWALLOW: in a Worker that is being terminated every call fails, and no exception can be thrown; that is no reason to abort.
target_compile_definitions(heddle PRIVATE
  NAPI_VERSION=9 NAPI_DISABLE_CPP_EXCEPTIONS NODE_ADDON_API_DISABLE_DEPRECATED
  NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS)

# nodelete: a Worker that alone loaded the addon may exit while a native thread still runs its code.
# exclude-libs: nothing of the static libraries is exported, so that two addons cannot meet by symbol name.
target_link_options(heddle PRIVATE -Wl,-z,nodelete -Wl,--exclude-libs,ALL)
