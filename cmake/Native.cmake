# heddle_native: the executor and io_uring. Plain C++20, no Node, no CUDA.
# The include root is the repository root: #include "native/task.hpp".

find_package(Threads REQUIRED)
include(Liburing)
heddle_require_liburing()
include(Beast)
heddle_require_beast()

file(GLOB_RECURSE HEDDLE_NATIVE_SOURCES CONFIGURE_DEPENDS native/*.cpp)
add_library(heddle_native STATIC ${HEDDLE_NATIVE_SOURCES})
target_include_directories(heddle_native PUBLIC "${CMAKE_CURRENT_SOURCE_DIR}")
target_link_libraries(heddle_native PUBLIC heddle::liburing Threads::Threads PRIVATE heddle::beast heddle_options)
heddle_precompile(heddle_native)
if(HEDDLE_TASK_TRACES)
  target_compile_definitions(heddle_native PUBLIC HEDDLE_TASK_TRACES=1)
endif()
