# The least rights Nereus needs, for an instance named "nereus" in the namespace "default".
namespace "default" {
  capabilities = ["submit-job", "list-jobs", "read-job", "alloc-exec"]

  variables {
    path "nereus/nereus/*" {
      capabilities = ["write", "read", "list", "destroy"]
    }
  }
}

node {
  policy = "read"
}
