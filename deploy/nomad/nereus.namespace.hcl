# A namespace for Nereus and its runners: nomad namespace apply deploy/nomad/nereus.namespace.hcl
name        = "nereus"
description = "Nereus and the runners that it keeps warm"

capabilities {
  # What runners.driver names; exec, which the group "config" of each runner job names, that never runs (count 0); and what Nereus
  # itself runs with (nomad-jobs/nereus.nomad.hcl).
  enabled_task_drivers = ["docker", "exec", "raw_exec"]
}
