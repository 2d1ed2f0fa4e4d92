# The revision in sockdiag_build_info: what was given, else git's, else "unknown".
if(NOT SOCKDIAG_REVISION)
  find_package(Git QUIET)
  set(revision_result 1)
  if(Git_FOUND)
    execute_process(COMMAND ${GIT_EXECUTABLE} rev-parse --short=12 HEAD
      WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} RESULT_VARIABLE revision_result
      OUTPUT_VARIABLE revision_output OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  endif()
  if(revision_result EQUAL 0)
    set(SOCKDIAG_BUILD_REVISION ${revision_output})
  else()
    set(SOCKDIAG_BUILD_REVISION unknown)
  endif()
else()
  set(SOCKDIAG_BUILD_REVISION ${SOCKDIAG_REVISION})
endif()
