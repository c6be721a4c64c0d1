# Nereus itself as a Nomad job:
#
#   nomad namespace apply deploy/nomad/nereus.namespace.hcl
#   nomad acl policy apply -namespace nereus -job nereus nereus deploy/nomad/nereus.policy.hcl
#   nomad var put -namespace nereus nomad/jobs/nereus token=...     # what clients send; the job waits until it is there
#   nomad job run nomad-jobs/nereus.nomad.hcl
#
# One process serves an instance, so there is one allocation, and an update stops the old one before the new one starts. Nereus keeps
# nothing on disk, so it may run on any node that has it (`home`) and Java 25. The driver is raw_exec, since Nereus has no image of its
# own; with Docker, `config` names an image that holds the same folder and the ports.

variable "home" {
  type        = string
  default     = "/opt/nereus"
  description = "The folder of the unpacked package (or of a built checkout), on every node that may run Nereus."
}

variable "datacenters" {
  type    = list(string)
  default = ["dc1"]
}

variable "port" {
  type    = number
  default = 7200
}

variable "nomad_addresses" {
  type        = string
  default     = "http://127.0.0.1:4646"
  description = "Servers or the node's own agent, separated by commas; with TLS https, and the files below."
}

variable "nomad_ca" {
  type        = string
  default     = ""
  description = "PEM file on the node with the CA of the agents' certificates."
}

variable "nomad_server_name" {
  type        = string
  default     = ""
  description = "The name in the agents' certificates, such as server.global.nomad, where it is not that of the address."
}

variable "nomad_certificate" {
  type        = string
  default     = ""
  description = "PEM file on the node with the certificate that is shown to agents with verify_https_client."
}

variable "nomad_key" {
  type        = string
  default     = ""
  description = "PEM file on the node with its key."
}

variable "drain" {
  type        = string
  default     = "15s"
  description = "How long running commands may go on after the signal to stop. kill_timeout below must be longer."
}

job "nereus" {
  namespace   = "nereus"
  type        = "service"
  datacenters = var.datacenters

  update {
    max_parallel     = 1
    health_check     = "checks"
    min_healthy_time = "5s"
    healthy_deadline = "2m"
    auto_revert      = true
  }

  group "nereus" {
    count = 1

    # A process that ended is started again on its node; nothing is lost by it. Exit code 3, another process has taken over this
    # instance, ends in the same restart, for Nomad knows no exit code that means stop: never run the same instance twice.
    restart {
      attempts = 5
      interval = "5m"
      delay    = "2s"
      mode     = "delay"
    }

    # A node that is away may still run the old one, which then ends by itself once it sees that the new one has taken over.
    disconnect {
      lost_after = "30s"
      replace    = true
      reconcile  = "best_score"
    }

    network {
      port "http" {
        static = var.port
      }
    }

    service {
      name     = "nereus"
      provider = "nomad"
      port     = "http"

      # 503 before the runners are known, while a right is missing, while Nomad is away, and while it stops.
      check {
        type     = "http"
        path     = "/readyz"
        interval = "5s"
        timeout  = "3s"
      }
    }

    task "nereus" {
      driver = "raw_exec"

      config {
        command = "${var.home}/nereus"
        args    = ["serve", "--config", "${NOMAD_TASK_DIR}/nereus.yaml"]
      }

      # SIGTERM: not ready, no new claims, running commands may finish within `drain`. Then up to 10 s for what is killed in the
      # runners. Nomad's clients cap this at max_kill_timeout, 30 s by default.
      kill_signal  = "SIGTERM"
      kill_timeout = "30s"

      # Its own workload identity, which carries the policy of the job and ends with the allocation. No token is stored anywhere.
      identity {
        file = true
      }

      # What clients send as Poseidon-Token: nomad var put -namespace nereus nomad/jobs/nereus token=...
      template {
        destination = "${NOMAD_SECRETS_DIR}/nereus.env"
        env         = true
        data        = <<-EOF
          NEREUS_SERVER_TOKEN={{ with nomadVar "nomad/jobs/nereus" }}{{ .token }}{{ end }}
        EOF
      }

      template {
        destination = "${NOMAD_TASK_DIR}/nereus.yaml"
        data        = <<-EOF
          server:
            address: 0.0.0.0
            port: ${var.port}
            drain: ${var.drain}
          nomad:
            addresses: ${var.nomad_addresses}
            namespace: nereus
            tokenFile: {{ env "NOMAD_SECRETS_DIR" }}/nomad_token
            caFile: "${var.nomad_ca}"
            serverName: "${var.nomad_server_name}"
            certificateFile: "${var.nomad_certificate}"
            keyFile: "${var.nomad_key}"
        EOF
      }

      resources {
        cpu    = 500
        memory = 512
      }
    }
  }
}
