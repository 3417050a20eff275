# The standard headers that most files include, compiled once for each target. No header of ours is among them, so that a change
# to one builds only what includes it. The clang and sanitizer presets leave it off: what a file does not include itself is missed
# there.

option(HEDDLE_PRECOMPILE "Compile the standard headers once for each target" ON)

function(heddle_precompile target)
  if(HEDDLE_PRECOMPILE)
    list(TRANSFORM ARGN PREPEND "$<$<COMPILE_LANGUAGE:CXX>:<")
    list(TRANSFORM ARGN APPEND "$<ANGLE-R>>")
    target_precompile_headers(${target} PRIVATE ${ARGN} "$<$<COMPILE_LANGUAGE:CXX>:${CMAKE_CURRENT_SOURCE_DIR}/cmake/standard.hpp>")
    # For compiler caches, which read what the preprocessor leaves.
    target_compile_options(${target} PRIVATE $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-fpch-preprocess>)
  endif()
endfunction()
