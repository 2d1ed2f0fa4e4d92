# Where Debian expects them: binary and manual below /usr, the configuration in /etc.
set(SOCKDIAG_UNIT_DIR lib/systemd/system CACHE STRING "Where the systemd units go, below the prefix")
set(SOCKDIAG_DOC_DIR ${CMAKE_INSTALL_DATAROOTDIR}/doc/sockdiag-exporter)

install(TARGETS sockdiag_exporter RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES config/sockdiag_exporter.yaml
  DESTINATION ${CMAKE_INSTALL_FULL_SYSCONFDIR}/sockdiag_exporter)
install(FILES deploy/systemd/sockdiag_exporter.default
  DESTINATION ${CMAKE_INSTALL_FULL_SYSCONFDIR}/default RENAME sockdiag_exporter)
install(FILES deploy/systemd/sockdiag_exporter.service deploy/systemd/sockdiag_exporter.socket
  DESTINATION ${SOCKDIAG_UNIT_DIR})
# Not in force until it is copied: it gives capabilities.
install(FILES deploy/systemd/sockdiag_exporter.service.d/namespaces.conf
  DESTINATION ${SOCKDIAG_DOC_DIR}/examples)
install(FILES deploy/debian/copyright DESTINATION ${SOCKDIAG_DOC_DIR})

# The changelog of the package names its version and date; the one of the program is CHANGELOG.md.
# SOURCE_DATE_EPOCH fixes the date.
set(SOCKDIAG_MAINTAINER "sockdiag_exporter maintainers <sockdiag-exporter@example.org>"
  CACHE STRING "Maintainer of the Debian package: Name <address>")
set(SOCKDIAG_PACKAGE_RELEASE 1)
string(TIMESTAMP SOCKDIAG_PACKAGE_DATE "%a, %d %b %Y %H:%M:%S +0000" UTC)
configure_file(deploy/debian/changelog.in doc/changelog.Debian @ONLY)

# sockdiag_install_compressed(SOURCE NAME DESTINATION): as NAME.gz, without a name or a time inside.
find_program(GZIP_PROGRAM gzip REQUIRED)
set(SOCKDIAG_COMPRESSED "")
function(sockdiag_install_compressed source name destination)
  set(output ${CMAKE_BINARY_DIR}/doc/${name}.gz)
  add_custom_command(OUTPUT ${output} DEPENDS ${source} VERBATIM
    COMMAND ${CMAKE_COMMAND} -E make_directory ${CMAKE_BINARY_DIR}/doc
    COMMAND ${GZIP_PROGRAM} -9nc ${source} > ${output})
  install(FILES ${output} DESTINATION ${destination})
  set(SOCKDIAG_COMPRESSED ${SOCKDIAG_COMPRESSED} ${output} PARENT_SCOPE)
endfunction()
foreach(page sockdiag_exporter.1 sockdiag_exporter.5 sockdiag_exporter-netstat.7)
  string(REGEX MATCH "[0-9]$" section ${page})
  sockdiag_install_compressed(${PROJECT_SOURCE_DIR}/docs/${page} ${page}
    ${CMAKE_INSTALL_MANDIR}/man${section})
endforeach()
sockdiag_install_compressed(${PROJECT_SOURCE_DIR}/CHANGELOG.md changelog ${SOCKDIAG_DOC_DIR})
sockdiag_install_compressed(${CMAKE_BINARY_DIR}/doc/changelog.Debian changelog.Debian
  ${SOCKDIAG_DOC_DIR})
add_custom_target(sockdiag_documentation ALL DEPENDS ${SOCKDIAG_COMPRESSED})
