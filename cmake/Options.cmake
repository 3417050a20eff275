# heddle_options: the compile and link flags that every target of ours takes privately.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

include(Compilers)

add_library(heddle_options INTERFACE)
target_compile_options(heddle_options INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wpedantic>
  -ffunction-sections -fdata-sections -fno-plt
)
target_link_options(heddle_options INTERFACE -Wl,--gc-sections)
if(NOT HEDDLE_SANITIZE)
  # Users' hosts may have an older libstdc++ than the one we compile against.
  target_link_options(heddle_options INTERFACE -static-libstdc++)
endif()

# Symmetric transfer between coroutines grows the stack without sibling calls, which -O0 and -O1 leave out.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(heddle_options INTERFACE
    $<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CONFIG:Debug>>:-Og -foptimize-sibling-calls>)
endif()

if(HEDDLE_SANITIZE STREQUAL "address")
  # No vptr check: Node is built without type information, and its shared_ptr would not pass.
  set(HEDDLE_SANITIZE_FLAGS -fsanitize=address,undefined -fno-sanitize=vptr -fno-sanitize-recover=undefined)
elseif(HEDDLE_SANITIZE STREQUAL "thread")
  set(HEDDLE_SANITIZE_FLAGS -fsanitize=thread)
elseif(HEDDLE_SANITIZE)
  message(FATAL_ERROR "HEDDLE_SANITIZE is '${HEDDLE_SANITIZE}'; use address, thread or nothing")
endif()
if(HEDDLE_SANITIZE)
  target_compile_options(heddle_options INTERFACE ${HEDDLE_SANITIZE_FLAGS} -g -fno-omit-frame-pointer)
  target_link_options(heddle_options INTERFACE ${HEDDLE_SANITIZE_FLAGS})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # GCC warns that TSan does not model std::atomic_thread_fence; the reports themselves are what we read.
    target_compile_options(heddle_options INTERFACE
      $<$<COMPILE_LANGUAGE:CXX>:-foptimize-sibling-calls -Wno-tsan>)
  endif()
endif()

if(HEDDLE_COVERAGE)
  target_compile_options(heddle_options INTERFACE --coverage)
  target_link_options(heddle_options INTERFACE --coverage)
endif()
