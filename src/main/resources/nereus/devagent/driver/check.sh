# Says in Docker's words why a program cannot be started, or nothing.
complaint() {
    case $1 in
    '') echo "exec: \"\": executable file not found in \$PATH: unknown" ;;
    */*)
        if [ ! -e "$1" ]; then
            echo "exec: \"$1\": stat $1: no such file or directory: unknown"
        elif [ -d "$1" ]; then
            echo "exec: \"$1\": is a directory: unknown"
        elif [ ! -x "$1" ]; then
            echo "exec: \"$1\": permission denied: unknown"
        fi
        ;;
    *)
        program=$1
        old_ifs=$IFS
        IFS=:
        for directory in $PATH; do
            if [ -f "${directory:-.}/$program" ] && [ -x "${directory:-.}/$program" ]; then
                IFS=$old_ifs
                return
            fi
        done
        IFS=$old_ifs
        echo "exec: \"$program\": executable file not found in \$PATH: unknown"
        ;;
    esac
}
