# An operator's own runner job: runners.jobFile in config.yaml names it, Nomad parses it, and docs/runner-jobs.md tells what is written
# over it and what stays. This one makes the runners that are made without any file, with their capabilities cut to what is needed; what is
# commented out is for those who want it. Each runner is a job of its own: its id, the environment's image, cpu and memory, its
# network when it has access and none when it has not, and its ports are filled in, here and wherever the file does not say what a
# runner needs.
job "runner" {
  type        = "batch"
  datacenters = ["dc1"]
  # node_pool = "graders"
  # priority  = 40

  # Which nodes, and how runners are spread over them.
  spread {
    attribute = "${node.unique.name}"
    weight    = 100
  }
  # constraint {
  #   attribute = "${attr.driver.docker.runtimes}"
  #   operator  = "set_contains"
  #   value     = "runsc"
  # }

  group "default-group" {
    # MB on the node's disk for what Nomad keeps of a runner; its container's own files are not bounded by it.
    ephemeral_disk {
      size = 10
    }
    # A claimed runner outlives so long a loss of contact to its node.
    disconnect {
      lost_after = "5m"
      replace    = false
      reconcile  = "keep_original"
    }
    # For environments with network access; their exposed ports are added as dynamic ones.
    network {
      mode = "bridge"
      # dns {
      #   servers = ["9.9.9.9"]
      # }
    }

    task "default-task" {
      driver = "docker"
      config {
        # Reaps what commands leave behind.
        init       = true
        pids_limit = 1024
        # All that copying files, changing to the unprivileged user and ending its processes takes. "net_bind_service" besides, where
        # privileged commands are to open ports below 1024.
        cap_drop = ["all"]
        cap_add  = ["chown", "dac_override", "fowner", "kill", "setgid", "setuid"]

        # runtime         = "runsc"
        # security_opt    = ["no-new-privileges"]
        # readonly_rootfs = false
        # image_pull_timeout = "5m"
        # ulimit {
        #   nofile = "4096:4096"
        # }
        # auth {
        #   username = "grader"
        #   password = "..."
        # }
      }
      resources {
        # MB to reserve, the environment's limit at most; a runner may use up to that limit if the cluster lets memory be oversubscribed.
        memory = 50
      }
      # What the container itself prints, which is nothing.
      logs {
        max_files     = 1
        max_file_size = 1
        disabled      = true
      }
    }
  }
}
