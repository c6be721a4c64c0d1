# The least rights that Nereus needs, for the instance "nereus" in the namespace "nereus". Each of these is needed: without any
# one of them `nereus check` names it (Nomad 2.0.5 gives `list` to whoever may read or write). Another namespace or runners.instance changes the two names below.
#
#   nomad namespace apply deploy/nomad/nereus.namespace.hcl
#   nomad acl policy apply -description "Nereus" nereus deploy/nomad/nereus.policy.hcl
#   nomad acl token create -name nereus -policy nereus -type client        # its SecretID goes into nomad.tokenFile
#
# For Nereus as a Nomad job (nomad-jobs/nereus.nomad.hcl) no token is made: the policy is given to the job itself,
#
#   nomad acl policy apply -namespace nereus -job nereus -description "Nereus" nereus deploy/nomad/nereus.policy.hcl

namespace "nereus" {
  # submit-job: runners are registered and purged. list-jobs, read-job: lists and the event stream. alloc-exec: commands and files.
  # With runners.driver raw_exec, which does not isolate, also alloc-node-exec.
  capabilities = ["submit-job", "list-jobs", "read-job", "alloc-exec"]

  variables {
    # The ledger of claims, the epoch, definitions that are being changed.
    path "nereus/nereus/*" {
      capabilities = ["write", "read", "list", "destroy"]
    }
  }
}

# Whether runners' nodes are there and take new ones; also the stream's news of them.
node {
  policy = "read"
}
