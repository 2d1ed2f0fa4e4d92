# CPack runs this over the files that it is about to pack. The packager's umask must not show, and with
# SOURCE_DATE_EPOCH no file has another time.
execute_process(COMMAND_ERROR_IS_FATAL ANY
  COMMAND find ${CPACK_TEMPORARY_INSTALL_DIRECTORY} -type d -exec chmod 755 {} +)
if(DEFINED ENV{SOURCE_DATE_EPOCH})
  execute_process(COMMAND_ERROR_IS_FATAL ANY COMMAND find ${CPACK_TEMPORARY_INSTALL_DIRECTORY}
    -exec touch --no-dereference --date=@$ENV{SOURCE_DATE_EPOCH} {} +)
endif()
