# What Nereus registers for each runner, written as HCL for reading. Nereus makes it from an environment's definition; this one is
# for environment 10 with image openhpi/docker_exec_phusion, cpuLimit 20, memoryLimit 256 and no network.
job "10-5e7c0c1a-3a0b-4d6e-9f51-0d8a4be0c9d2" {
  type        = "batch"
  datacenters = ["dc1"]

  meta {
    nereus_instance = "nereus"   # whose runner it is; lists show it
    nereus_revision = "8d1f0a2b" # which definition it was made from
  }

  spread {
    attribute = "${node.unique.name}"
    weight    = 100
  }

  group "default-group" {
    count = 1

    # Nereus alone replaces runners.
    restart {
      attempts = 0
      mode     = "fail"
    }
    reschedule {
      attempts  = 0
      unlimited = false
    }
    # A claimed runner outlives a short outage of its node's agent.
    disconnect {
      lost_after = "5m"
      replace    = false
      reconcile  = "keep_original"
    }
    ephemeral_disk {
      size = 10
    }

    task "default-task" {
      driver       = "docker"
      kill_timeout = "0s"
      kill_signal  = "SIGKILL"
      config {
        image        = "openhpi/docker_exec_phusion"
        command      = "sleep"
        args         = ["infinity"]
        init         = true
        network_mode = "none"
      }
      resources {
        cpu        = 20
        memory     = 50
        memory_max = 256
      }
      logs {
        max_files     = 1
        max_file_size = 1
        disabled      = true
      }
    }
  }

  group "config" {
    count = 0
    meta {
      used = "false"
    }
    task "config" {
      driver = "exec"
      config {
        command = "true"
      }
    }
  }
}
