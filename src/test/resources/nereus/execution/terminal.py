# Runs argv on a terminal of its own; stdin and stdout are the terminal's other end. Exits as the program does.
import os, pty, select, signal, sys
pid, master = pty.fork()
if pid == 0:
    # A build started in the background ignores these, and its children would too.
    for number in (signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, signal.SIG_DFL)
    os.execv(sys.argv[1], sys.argv[1:])
watched = [0, master]
while True:
    ready = select.select(watched, [], [])[0]
    if 0 in ready:
        data = os.read(0, 65536)
        if not data:
            watched.remove(0)
        while data:
            data = data[os.write(master, data[:1024]):]
    if master in ready:
        try:
            data = os.read(master, 65536)
        except OSError:
            break
        if not data:
            break
        while data:
            data = data[os.write(1, data):]
status = os.waitpid(pid, 0)[1]
os._exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))
