"""The service: the schedule, the run log, the HTTP face. Needs the extra `service`."""
