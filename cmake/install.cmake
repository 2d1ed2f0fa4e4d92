# Where Debian expects them: binary and manual below /usr, the configuration in /etc.
set(SOCKDIAG_UNIT_DIR lib/systemd/system CACHE STRING "Where the systemd unit goes, below the prefix")

install(TARGETS sockdiag_exporter RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES config/sockdiag_exporter.yaml
  DESTINATION ${CMAKE_INSTALL_FULL_SYSCONFDIR}/sockdiag_exporter)
install(FILES deploy/systemd/sockdiag_exporter.service DESTINATION ${SOCKDIAG_UNIT_DIR})
install(FILES docs/sockdiag_exporter.8 DESTINATION ${CMAKE_INSTALL_MANDIR}/man8)
